"""What an instructor hands out so that students can check themselves without the answers.

::

    torchgrade student build ──zip──> rubric.yaml          its visible part, another seed
                                      cases/*.safetensors  inputs, and the reference's answers
                                      torchgrade-*.whl     torchgrade without the solution
                                      starter files
    torchgrade check --with ZIP       the same checks by the same engine, by recorded answers

`packing` makes it, `opening` reads it. Nothing of a real grading can be told from it: the cases
are drawn anew for it, by a seed of its own.
"""
