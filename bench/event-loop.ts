// How long the main thread's event loop is blocked during training. Registers a callback that says so:
// classifier-training train --import bench/event-loop.ts +callbacks.event_loop._target_=EventLoopDelay data.root=./photos
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { Callback, register } from "classifier-training";

const RESOLUTION = 5;

/** Watches from the first training step to the last. */
class EventLoopDelay extends Callback {
  readonly stateKey = "event_loop_delay";
  #monitor: IntervalHistogram | undefined;

  override onTrainEpochStart(): void {
    this.#monitor ??= monitorEventLoopDelay({ resolution: RESOLUTION });
    this.#monitor.enable();
  }

  override onTrainEnd(): void {
    const monitor = this.#monitor;
    if (monitor === undefined) return;
    monitor.disable();
    const [median, most, longest] = [monitor.percentile(50), monitor.percentile(99.9), monitor.max].map(
      (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION).toFixed(1),
    );
    console.log(`event loop blocked: median ${median} ms, 99.9 % below ${most} ms, at most ${longest} ms`);
  }
}

register({}, EventLoopDelay);
