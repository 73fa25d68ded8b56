"""The gmr scheme as its authors run it, in Python on mink and daqp, against the one of this project:
the same targets, weights and stop rule; how fast, how many steps, how far apart the joint angles.

    retarget_peer.py TARGETS      (TARGETS: what `retarget_table --targets` wrote)
"""
import importlib.metadata
import json
import sys
import time

import mink
import mujoco
import numpy as np

DT = 0.002  # cancels: velocities are integrated over the same step that they were solved for


def stage_of(stage, model, tasks):
    return [mink.FrameTask(frame_name=t['body'], frame_type='body',
                           position_cost=t['position'][stage], orientation_cost=t['rotation'][stage],
                           lm_damping=1.0) for t in tasks]


def main(path):
    with open(path, encoding='utf-8') as f:
        given = json.load(f)
    model = mujoco.MjModel.from_xml_path(given['model'])
    q = model.qpos0.copy()
    q[:3] = (0, 0, given['root_height'])
    configuration = mink.Configuration(model, q)
    limits = [mink.ConfigurationLimit(model)]
    stages = [stage_of(s, model, given['tasks']) for s in range(2)]
    targets = [[mink.SE3(np.array(t)) for t in frame] for frame in given['targets']]

    def error(tasks):
        return np.linalg.norm(np.concatenate([t.compute_error(configuration) for t in tasks]))

    def step(tasks):
        velocity = mink.solve_ik(configuration, tasks, DT, 'daqp', 0.5, limits=limits)
        configuration.integrate_inplace(velocity, DT)

    out, steps = [], 0
    start = time.process_time()
    for frame in targets:
        for tasks in stages:
            for task, target in zip(tasks, frame):
                task.set_target(target)
            before = error(tasks)
            step(tasks)
            after = error(tasks)
            more = 0
            while before - after > 0.001 and more < 10:
                before = after
                step(tasks)
                after = error(tasks)
                more += 1
            steps += 1 + more
        out.append(configuration.q.copy())
    seconds = time.process_time() - start

    ours, theirs = np.array(given['qpos']), np.array(out)
    apart = np.abs(ours[:, 7:] - theirs[:, 7:]).max(axis=1)
    speed = len(out) / seconds
    print(f"gmr scheme ({given['note']}), {len(out)} frames, solving alone")
    print(f"  mink {importlib.metadata.version('mink')}, mujoco {mujoco.__version__}: "
          f'{speed:.0f} frames/s, {steps / len(out):.2f} steps a frame')
    print(f"  motus: {given['frames_per_second']:.0f} frames/s, {given['iterations']:.2f} steps a "
          f"frame: {given['frames_per_second'] / speed:.1f} x")
    print(f"  motus whole, metrics and all: full {given['full']:.0f}, draft {given['draft']:.0f} frames/s: "
          f"{given['full'] / speed:.1f} x and {given['draft'] / speed:.1f} x")
    print(f'  joint angles apart: median {np.median(apart):.1e}, 95 % of frames below '
          f'{np.quantile(apart, 0.95):.1e}, most {apart.max():.1e} rad; '
          f'roots {np.abs(ours[:, :3] - theirs[:, :3]).max():.1e} m')


if __name__ == '__main__':
    main(sys.argv[1])
