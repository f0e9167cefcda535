"""The worker's loop: one request, one reply, until the connection ends."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from grader.harness.answers import Answers
from grader.harness.cells.failures import clean, describe_failure
from grader.harness.cells.statements import Statement
from grader.harness.loading.load import Loader
from grader.harness.loading.loaded import Loaded
from grader.harness.metering.gate import Gate, Meter, Rehearsal, StopTraining
from grader.harness.metering.habits import Habits
from grader.harness.metering.steps import Holder, Steps
from grader.harness.metering.watching import Watch, parameters_of
from grader.harness.models import IMAGES
from grader.harness.output import BoundedOutput
from grader.harness.predicting import Predictions
from grader.harness.recording.barebones import Barebones
from grader.harness.recording.recordings import Recording
from grader.harness.shuffling import Shuffler
from grader.harness.speed.fusing import Fusing
from grader.harness.speed.layout import ChannelsLast
from grader.harness.speed.memory import keep_freed_memory
from grader.harness.speed.mixing import MixedPrecision
from grader.harness.state import (
    OwnSeeds,
    evaluating,
    same_randomness,
    seed_everything,
    threads_of_torch,
)
from grader.harness.surroundings.compiling import compile_nothing
from grader.harness.surroundings.devices import Devices
from grader.harness.surroundings.elsewhere import Elsewhere
from grader.harness.surroundings.former import keep_former
from grader.harness.surroundings.stand_ins import install_stand_ins
from grader.harness.values import (
    NOTHING,
    Answer,
    Tensors,
    encode_value,
)
from grader.protocol import messages as m
from grader.protocol import parts
from grader.protocol.frames import REQUEST_LIMITS, receive_frame, send_frame

MAX_RECORDED = 500
ALIVE_SECONDS = 5.0


def serve(sock: socket.socket, layers: tuple[str, ...]) -> None:
    """Answer requests until the connection ends or `close` comes.

    Args:
        sock: the worker's end of the channel.
        layers: the isolation in force, reported in the first frame.
    """
    scratch = str(Path.cwd())
    os.environ.clear()
    os.environ.update(
        HOME=scratch, TMPDIR=scratch, USER="student", LOGNAME="student", MPLBACKEND="Agg",
        LANG="C.UTF-8", PATH="/usr/bin:/bin",
    )  # fmt: skip
    tempfile.tempdir = scratch  # found out before the fork, it would be the server's
    sys.dont_write_bytecode = True
    sys.path.insert(0, scratch)
    sys.argv = ["homework.py"]
    sys.stdin = io.StringIO()
    install_stand_ins()
    Elsewhere(scratch).install()
    compile_nothing()
    keep_former()
    torch.set_num_threads(1)  # checks are small: with two threads they take three times as long
    Worker(sock, scratch).serve(layers)


class Worker:
    """State of one worker: the loaded submission, and the training in hand.

    Args:
        sock: the worker's end of the channel.
        scratch: the directory that it runs in; its name is random and told to nobody.
    """

    def __init__(self, sock: socket.socket, scratch: str) -> None:
        self._sock = sock
        self._scratch = scratch
        self._gate = Gate(Rehearsal())
        self._watch = Watch()
        self._watch.install()
        self._barebones = Barebones()
        self._fusing = Fusing()
        self._layout = ChannelsLast()
        self._layout.install()
        self._mixing = MixedPrecision()
        self._mixing.install()
        self._own_seeds = OwnSeeds()
        self._own_seeds.install()
        self._devices = Devices()
        self._loaded: Loaded | None = None
        self._about: Answers | None = None
        self._output = BoundedOutput(0)
        self._training: Recording | None = None
        self._alive_at = 0.0
        self._handlers: dict[type[parts.Message], Callable[[Any, Tensors], Answer]] = {
            m.Load: self._load,
            m.Call: lambda request, body: self._answers.call(request, body),
            m.Build: lambda request, body: self._answers.build(request, body),
            m.SetWeights: lambda request, body: self._answers.set_weights(request, body),
            m.GetWeights: lambda request, body: self._answers.get_weights(request, body),
            m.Shuffle: lambda request, body: self._answers.shuffle(request, body),
            m.Train: self._train,
            m.Predict: self._predict,
        }

    def serve(self, layers: tuple[str, ...]) -> None:
        """The loop."""
        self._reply(m.Ready(layers=layers))
        while True:
            request, tensors = self._receive()
            if isinstance(request, m.Close):
                return
            self._answer(request, tensors)

    def _answer(self, request: parts.Message, tensors: Tensors) -> None:
        try:
            with contextlib.redirect_stdout(self._output), contextlib.redirect_stderr(self._output):
                reply, body = self._handlers[type(request)](request, tensors)
        except BaseException as error:  # whatever student code throws is an answer, SystemExit too
            if self._devices.replaced_for(error):
                self._answer(request, tensors)
                return
            reply, body = m.Raised(error=self._failure(error)), NOTHING
        self._reply(reply, body)

    def _receive(self) -> tuple[parts.Message, Tensors]:
        frame = receive_frame(self._sock, REQUEST_LIMITS)
        return m.REQUEST.validate_json(frame.header), frame.tensors

    def _reply(self, reply: m.Reply, tensors: Tensors = NOTHING) -> None:
        send_frame(self._sock, reply.model_dump_json().encode(), tensors)

    def _failure(self, error: BaseException) -> parts.Failure:
        if self._loaded is None:
            return parts.Failure(
                type_name=clean(type(error).__name__), message=clean(str(error), root=self._scratch)
            )
        return describe_failure(error, self._loaded.recorder.sources)

    # --- requests -----------------------------------------------------------------------------

    def _enter(self, folder: str) -> None:
        """Run where the entry lies, as a notebook does, and look for its modules there first."""
        place = str(Path(self._scratch, folder))
        if place != self._scratch:
            sys.path.insert(0, place)
            os.chdir(place)

    def _load(self, request: m.Load, _: Tensors) -> Answer:
        self._output = BoundedOutput(request.output_bytes)
        self._enter(request.folder)
        seed_everything(request.seed)
        loader = Loader(self._gate, self._watch, self._devices, self._announce)
        with contextlib.redirect_stdout(self._output), contextlib.redirect_stderr(self._output):
            try:
                loaded = loader.load(request, self._scratch)
            except SyntaxError as error:
                place = parts.Location(
                    file=clean(str(error.filename), parts.MAX_FILE), line=error.lineno
                )
                failure = parts.Failure(
                    type_name="SyntaxError", message=clean(str(error.msg)), places=(place,)
                )
                return m.Loaded(syntax_error=failure), NOTHING
        self._loaded, self._about = loaded, Answers(loaded, self._scratch)
        self._predictions = Predictions(loaded, self._gate)
        recordings = list(loaded.recorder.recordings.values())
        return m.Loaded(
            errors=loaded.errors,
            definitions={name: loaded.definition(name) for name in request.names},
            recorded=tuple(
                recording.describe(loaded.namespace) for recording in recordings[-MAX_RECORDED:]
            ),
            skipped=tuple(
                parts.Skipped(where=where, line=clean(line)) for where, line in loaded.skipped
            ),
            without_gpu=loaded.without_gpu,
            mended=tuple(sorted(loaded.mended)),
            output=clean(self._output.text(), 1 << 20, self._scratch),
        ), NOTHING

    def _announce(self, statement: Statement) -> None:
        self._reply(m.At(statement=statement.number, where=statement.where))

    def _train(self, request: m.Train, _: Tensors) -> Answer:
        keep_freed_memory()  # not before: who is only checked takes a third less
        loaded = self._require_loaded()
        recordings = [self._answers.recording(target) for target in request.targets]
        meter = Meter(
            budget=request.epochs,
            epoch=loaded.source.train_size,
            batch=loaded.batch_size,
            pauses_per_epoch=request.pauses_per_epoch,
            on_pause=lambda: self._pause(meter),
            on_batch=self._show_life,
        )
        seed_everything(request.seed)
        self._lay_out(recordings[-1])
        error, steps, habits = None, Steps(), Habits()
        shuffler = None if request.shuffle_seed is None else Shuffler(request.shuffle_seed)
        with (
            self._metered(meter, steps, habits, shuffler),
            self._mixing.during_training(wanted=request.mixed_precision),
            self._own_seeds.moved(request.own_seeds_moved),
            threads_of_torch(request.threads),
        ):
            for recording in recordings:
                self._training = recording
                self._watch.begin()
                self._barebones.begin()
                self._watch.seen = recording.seen
                if shuffler is not None:
                    shuffler.shuffle_weights(recording.weights or ())
                try:
                    self._carry_out(recording)
                except StopTraining:
                    break
                except BaseException as raised:
                    error = self._failure(raised)
                    break
        trained = self._trained(recordings[-1]).holder
        return m.Trained(
            iteration=meter.iterations,
            epoch=meter.epochs,
            loss=self._watch.last_loss(),
            error=error,
            optimizers=steps.describe(trained),
            optimizers_beside=steps.describe_others(trained),
            habits=habits.describe(),
        ), NOTHING

    def _carry_out(self, recording: Recording) -> None:
        """Train; from the start again where that is what first asks for a GPU."""
        with self._answers.bindings(recording.namespace):
            try:
                recording.carry_out()
            except Exception as error:
                if not self._devices.replaced_for(error):
                    raise
                recording.carry_out()

    def _lay_out(self, recording: Recording) -> None:
        """Let what is trained run in the layout that is quickest for it."""
        seen = recording.seen.statistics()
        with threads_of_torch(1):
            self._layout.consider(recording.model, seen.shape if seen is not None else IMAGES[1:])

    def _predict(self, request: m.Predict, tensors: Tensors) -> Answer:
        recording = self._trained(self._answers.recording(request.target))
        namespace = self._require_loaded().namespace
        # While it is trained, the namespace is its own already.
        own = namespace if isinstance(self._gate.policy, Meter) else recording.namespace
        with (
            self._answers.bindings(own),
            evaluating(recording.model),
            threads_of_torch(request.threads),
            torch.no_grad(),
        ):
            scores = self._predictions.scores(recording, tensors["images"].numpy())
        return encode_value(scores, self._scratch)

    def _trained(self, recording: Recording) -> Recording:
        """The recording with the model or weights that its training trains."""
        if recording is self._training and recording.api == "loop":
            # A loop may build its model itself; before its first step there is none to see.
            bound = reversed(list(self._require_loaded().namespace.values()))
            recording.model = self._watch.trained_model(bound) or recording.model
        if recording is self._training and recording.model is None:
            # So may weights be made, or made anew by every update.
            recording.weights = self._barebones.weights or recording.weights
        return recording

    # --- parts --------------------------------------------------------------------------------

    def _show_life(self) -> None:
        """Now and then, tell that the run goes on."""
        now = time.monotonic()
        if now - self._alive_at >= ALIVE_SECONDS:
            self._alive_at = now
            self._reply(m.Alive())

    def _pause(self, meter: Meter) -> None:
        """Between two batches: answer until told to go on."""
        loss = self._watch.last_loss()
        self._reply(m.Paused(iteration=meter.iterations, epoch=meter.epochs, loss=loss))
        while True:
            request, tensors = self._receive()
            if isinstance(request, m.Resume):
                return
            if isinstance(request, m.Stop):
                raise StopTraining
            with same_randomness():
                self._answer(request, tensors)

    @contextlib.contextmanager
    def _metered(
        self, meter: Meter, steps: Steps, habits: Habits, shuffler: Shuffler | None
    ) -> Iterator[None]:
        watch, recorder = self._watch, self._require_loaded().recorder

        def note_backward(losses: Sequence[Tensor]) -> None:
            if shuffler is not None:
                shuffler.note_backward(losses)
            habits.note_backward(losses)
            if self._training is not None and self._training.model is None:
                self._barebones.note_backward(losses)
            meter.note_backward(watch.images)

        def note_step(optimizer: torch.optim.Optimizer) -> None:
            changed = parameters_of(optimizer)
            steps.note(optimizer, changed, self._known_holder())
            self._fusing.before_step(optimizer)
            meter.note_step(changed, watch.images)

        self._gate.policy, recorder.rehearsing = meter, False
        watch.on_backward, watch.on_step = note_backward, note_step
        watch.on_stepped = lambda: habits.note_stepped(watch.optimizer)
        if shuffler is not None:
            watch.on_model = shuffler.shuffle_model
        try:
            yield
        finally:
            self._gate.policy, recorder.rehearsing = Rehearsal(), True
            self._watch.ignore()

    def _known_holder(self) -> Holder:
        """What is trained, where that was known before; what a loop trains is told in the end."""
        training = self._training
        return None if training is None or training.api == "loop" else training.holder

    def _require_loaded(self) -> Loaded:
        if self._loaded is None:
            raise RuntimeError("nothing is loaded")
        return self._loaded

    @property
    def _answers(self) -> Answers:
        if self._about is None:
            raise RuntimeError("nothing is loaded")
        return self._about
