"""skrl's AMP update on rows like those of update_bench.cpp: wall seconds, processor seconds, samples a second."""
import sys
import time

import gymnasium
import torch
from skrl.agents.torch.amp import AMP, AMP_CFG
from skrl.memories.torch import RandomMemory
from skrl.models.torch import DeterministicMixin, GaussianMixin, Model
from skrl.resources.preprocessors.torch import RunningStandardScaler

envs, threads, repeats, minibatches, disc_batch, hidden = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), \
    int(sys.argv[4]), int(sys.argv[5]), [int(w) for w in sys.argv[6].split(",")]
OBS, ACTIONS, DISC, STEPS = 105, 28, 210, 16
torch.set_num_threads(threads)


def box(n):
    return gymnasium.spaces.Box(-float("inf"), float("inf"), (n,))


def net(inputs, outputs):
    widths = [inputs, *hidden]
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(widths[-1], outputs))


class Policy(GaussianMixin, Model):
    def __init__(self):
        Model.__init__(self, observation_space=box(OBS), action_space=box(ACTIONS), device="cpu")
        GaussianMixin.__init__(self)
        self.net = net(OBS, ACTIONS)
        self.log_std = torch.nn.Parameter(torch.full((ACTIONS,), -2.9), requires_grad=False)

    def compute(self, inputs, role=""):
        return self.net(inputs["observations"]), {"log_std": self.log_std}


class Value(DeterministicMixin, Model):
    def __init__(self, inputs):
        Model.__init__(self, observation_space=box(inputs), action_space=box(ACTIONS), device="cpu")
        DeterministicMixin.__init__(self)
        self.net = net(inputs, 1)

    def compute(self, inputs, role=""):
        return self.net(inputs["observations"]), {}


memory = RandomMemory(memory_size=STEPS, num_envs=envs, device="cpu")
cfg = AMP_CFG()
cfg.rollouts, cfg.learning_epochs, cfg.mini_batches = STEPS, 6, minibatches
cfg.discriminator_batch_size, cfg.amp_batch_size, cfg.grad_norm_clip = disc_batch, 512, 0
cfg.observation_preprocessor, cfg.observation_preprocessor_kwargs = RunningStandardScaler, {"size": box(OBS)}
cfg.value_preprocessor, cfg.value_preprocessor_kwargs = RunningStandardScaler, {"size": 1}
cfg.amp_observation_preprocessor = RunningStandardScaler
cfg.amp_observation_preprocessor_kwargs = {"size": box(DISC)}
cfg.experiment.write_interval = cfg.experiment.checkpoint_interval = 0
agent = AMP(
    models={"policy": Policy(), "value": Value(OBS), "discriminator": Value(DISC)}, memory=memory, cfg=cfg,
    observation_space=box(OBS), action_space=box(ACTIONS), device="cpu", amp_observation_space=box(DISC),
    motion_dataset=RandomMemory(memory_size=200000, device="cpu"),
    reply_buffer=RandomMemory(memory_size=1000000, device="cpu"),
    collect_reference_motions=lambda n: torch.randn(n, DISC))
agent.init()
agent.enable_training_mode(True)
no = torch.zeros(envs, 1, dtype=torch.bool)
for repeat in range(repeats + 1):
    for t in range(STEPS):
        obs = torch.randn(envs, OBS)
        with torch.no_grad():
            actions, _ = agent.act(obs, None, timestep=0, timesteps=1)
            agent.record_transition(
                observations=obs, states=None, actions=actions, rewards=torch.randn(envs, 1), next_observations=obs,
                next_states=None, terminated=no, truncated=no, infos={"amp_obs": torch.randn(envs, DISC)},
                timestep=0, timesteps=1)
    wall, cpu = time.perf_counter(), time.process_time()
    agent.update(timestep=0, timesteps=1)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if repeat:
        print(f"{wall:.4f} {cpu:.4f} {envs * STEPS / wall:.0f}", flush=True)
