"""AMP as MimicKit does it, on the humanoid, over mujoco.rollout: PyTorch with autograd, features in NumPy-sized tensors.
Written from the published description of its agent (docs/agents.md), current settings: 1024-512 networks, SGD, ten-step
discriminator, penalty on both sets, batches that are multiples of the environments; with "scaled" its older ones with
the discriminator's rows in the same proportion as with 4096 environments.

    loop_peer.py ROBOT.xml ENVS THREADS ITERATIONS own|scaled      prints wall seconds, processor seconds, samples/s

Resets are to one pose and demonstrations are noise: nothing is learned here, and what MimicKit does more (clips, contacts,
logs) is left out, so the peer is faster than what it stands for."""
import sys
import time

import mujoco
import mujoco.rollout
import numpy as np
import torch
import torch.nn.functional as F

xml, envs, threads, iterations, settings = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
STEPS, WINDOW, SUBSTEPS, GAMMA, LAMBDA = 32, 10, 4, 0.99, 0.95
KEYS = ["head", "right_hand", "left_hand", "right_foot", "left_foot"]
torch.set_num_threads(threads)
torch.manual_seed(0)

spec = mujoco.MjSpec.from_file(xml)
spec.option.timestep, spec.option.integrator = 1 / 120, mujoco.mjtIntegrator.mjINT_IMPLICITFAST
spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0, 0, 1])
for actuator in list(spec.actuators):
    spec.delete(actuator)
plain = mujoco.MjModel.from_xml_path(xml)
for joint in spec.joints:
    if joint.type != mujoco.mjtJoint.mjJNT_HINGE:
        continue
    j = plain.joint(joint.name)
    actuator = spec.add_actuator(name=joint.name, target=joint.name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    actuator.set_to_position(kp=float(np.ravel(plain.jnt_stiffness[j.id])[0]))
    joint.stiffness = np.zeros((3, 1))  # the gains of a controller, not a spring
for key in KEYS:
    spec.add_sensor(name=key, type=mujoco.mjtSensor.mjSENS_FRAMEPOS, objtype=mujoco.mjtObj.mjOBJ_BODY, objname=key)
model = spec.compile()
datas = [mujoco.MjData(model) for _ in range(threads)]
acts, nq, nv = model.nu, model.nq, model.nv
mujoco.mj_resetData(model, datas[0])
datas[0].qpos[2] = 0.9
start = np.zeros(mujoco.mj_stateSize(model, mujoco.mjtState.mjSTATE_FULLPHYSICS))
mujoco.mj_getState(model, datas[0], start, mujoco.mjtState.mjSTATE_FULLPHYSICS)
worker = mujoco.rollout.Rollout(nthread=threads)


def tan_norm(q):
    """w x y z -> first and last column of the rotation."""
    w, x, y, z = q.unbind(-1)
    return torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y),
                        2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], -1)


def features(state, sensors):
    """Root height, rotation, velocities, joints as tan-norm, joint velocities, key bodies: 140 numbers."""
    q, v = state[:, 1:1 + nq].float(), state[:, 1 + nq:1 + nq + nv].float()
    dofs = torch.cat([q[:, 7:], torch.zeros(len(q), 42 - acts)], 1).view(-1, 14, 3)
    angle = dofs.norm(dim=-1, keepdim=True)
    joints = torch.cat([torch.cos(angle / 2), dofs * torch.sinc(angle / (2 * torch.pi)) / 2], -1)
    keys = sensors.float().view(-1, 5, 3) - q[:, None, :3]
    return torch.cat([q[:, 2:3], tan_norm(q[:, 3:7]), v, tan_norm(joints).flatten(1), keys.flatten(1)], 1)


class Normalizer:
    def __init__(self, n):
        self.count, self.mean, self.square, self.std, self.pending = 0, torch.zeros(n), torch.ones(n), torch.ones(n), []

    def __call__(self, x):
        return ((x - self.mean) / self.std).clamp(-10, 10)

    def update(self, x):
        n = self.count + len(x)
        self.mean = (self.mean * self.count + x.sum(0)) / n
        self.square = (self.square * self.count + x.square().sum(0)) / n
        self.count, self.std = n, (self.square - self.mean.square()).clamp(min=1e-8).sqrt()


def net(inputs, outputs):
    return torch.nn.Sequential(torch.nn.Linear(inputs, 1024), torch.nn.ReLU(), torch.nn.Linear(1024, 512), torch.nn.ReLU(),
                               torch.nn.Linear(512, outputs))


obs = features(torch.tensor(start)[None].repeat(envs, 1), torch.zeros(envs, 15))
OBS, FRAME = obs.shape[1], 2 + obs.shape[1]
DISC = FRAME * WINDOW
actor, critic, disc = net(OBS, acts), net(OBS, 1), net(DISC, 1)
sgd = {n: torch.optim.SGD(m.parameters(), lr=lr, momentum=0.9) for n, m, lr in
       (("actor", actor, 1e-4), ("critic", critic, 1e-4), ("disc", disc, 2.5e-4))}
obs_norm, disc_norm = Normalizer(OBS), Normalizer(DISC)
replay = torch.zeros(0, DISC)
state = np.tile(start, (envs, 1))
window = torch.zeros(envs, WINDOW, FRAME)
age = torch.zeros(envs)
STD = 0.05
rows = STEPS * envs
# name: epochs, rows of a minibatch
plan = {"own": {"critic": (2, 2 * envs), "actor": (5, 4 * envs), "disc": (2, 2 * envs)},
        "scaled": {"critic": (5, 4 * envs), "actor": (5, 4 * envs), "disc": (5, 4 * envs)}}[settings]
both_sets, demo_rows = settings == "own", plan["disc"][1] if settings == "own" else envs // 2


def log_prob(mean, a):
    return (-0.5 * ((a - mean) / STD).square()).sum(1)


def minibatches(name):
    epochs, n = plan[name]
    for _ in range(epochs):
        yield from torch.randperm(rows).split(n)


def step(name, loss):
    sgd[name].zero_grad()
    loss.backward()
    sgd[name].step()


def penalty(x):
    x = x.detach().requires_grad_()
    d = disc(x)
    return d, torch.autograd.grad(d.sum(), x, create_graph=True)[0].square().sum(1).mean()


def iteration():
    global state, obs, window, age, replay
    O, N, A, P, D, END = [], [], [], [], [], []
    for _ in range(STEPS):
        with torch.no_grad():
            x = obs_norm(obs)
            mean = actor(x)
            a = mean + STD * torch.randn_like(mean)
            O.append(obs), A.append(a), P.append(log_prob(mean, a))
        control = np.repeat((a.double().numpy() * 1.2)[:, None], SUBSTEPS, 1)
        states, sensors = worker.rollout(model, datas, state, control)
        state = states[:, -1]
        after = features(torch.from_numpy(state), torch.from_numpy(sensors[:, -1]))
        frame = torch.cat([torch.from_numpy(state[:, 1:3]).float(), after], 1)  # with the way of the root
        window = torch.cat([window[:, 1:], frame[:, None]], 1)
        age += 1
        done = (after[:, 0] < 0.5) | (age >= 300) | ~torch.isfinite(after).all(1)
        N.append(after), D.append(window.flatten(1)), END.append(done)
        state[done.numpy()] = start
        obs = features(torch.from_numpy(state), torch.from_numpy(sensors[:, -1]))
        age[done] = 0
    O, N, A, P, D = (torch.stack(v) for v in (O, N, A, P, D))
    END = torch.stack(END).float()
    D = D.flatten(0, 1).nan_to_num()
    demo = torch.randn(rows, DISC)
    replay = torch.cat([replay, D if len(replay) + rows <= 200000 else D[torch.randperm(rows)[:1000]]])[-200000:]
    with torch.no_grad():
        r = 2 * -torch.log((1 - torch.sigmoid(disc(disc_norm(D)))).clamp(min=1e-4)).view(STEPS, envs)
        value, following = critic(obs_norm(O)).squeeze(-1), critic(obs_norm(N.nan_to_num())).squeeze(-1) * (1 - END)
        returns = torch.empty_like(r)
        R = following[-1]
        for t in reversed(range(STEPS)):
            keep = LAMBDA * (1 - END[t])
            R = returns[t] = r[t] + GAMMA * ((1 - keep) * following[t] + keep * R)
        adv = returns - value
        adv = ((adv - adv.mean()) / adv.std()).clamp(-4, 4).flatten()
    X, A, P, T = obs_norm(O.flatten(0, 1)), A.flatten(0, 1), P.flatten(), returns.flatten()
    for i in minibatches("critic"):
        step("critic", (critic(X[i]).squeeze(-1) - T[i]).square().mean())
    for i in minibatches("actor"):
        mean = actor(X[i])
        ratio = (log_prob(mean, A[i]) - P[i]).exp()
        gain = torch.minimum(adv[i] * ratio, adv[i] * ratio.clamp(0.8, 1.2)).mean()
        over = ((mean + 1).clamp(max=0).square() + (mean - 1).clamp(min=0).square()).sum(1).mean()
        step("actor", 10 * over - gain)
    for i in minibatches("disc"):
        fresh = i if both_sets else i[:(demo_rows + 1) // 2]
        old = replay[torch.randint(len(replay), (len(fresh),))]
        agent, shown = disc_norm(torch.cat([D[fresh], old])), disc_norm(demo[i[:demo_rows]])
        d_demo, g = penalty(shown)
        if both_sets:
            d_agent, other = penalty(agent)
            g = 0.5 * (g + other)
        else:
            d_agent = disc(agent)
        bce = 0.5 * (F.softplus(d_agent).mean() + F.softplus(-d_demo).mean())
        step("disc", bce + 5 * g + 0.01 * disc[4].weight.square().sum())
    obs_norm.update(O.flatten(0, 1))
    disc_norm.update(torch.cat([D, demo]))


for i in range(iterations + 1):
    wall, cpu = time.perf_counter(), time.process_time()
    iteration()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if i:
        print(f"{wall:.4f} {cpu:.4f} {rows / wall:.0f}", flush=True)
