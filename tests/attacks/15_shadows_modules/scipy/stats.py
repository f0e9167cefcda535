raise SystemExit("a shadow was imported")
