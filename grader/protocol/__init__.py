"""What both halves of the trust boundary know: the frames and the messages.

Nothing here is secret and nothing here decides anything. `grader.sandbox` (trusted) and
`grader.harness` (runs student code) import it; it imports nothing else of `grader`.
"""
