"""Trainings found while cells are loaded, kept with how things stood, and carried out later."""
