#pragma once
// What ranks that train together bring into one: statistics, tests, states.
#include "learn/agent.h"
#include "learn/ranks.h"
#include "learn/tester.h"

namespace motus::learn {

/// Statistics become means over the ranks. `wishes` (1 or 0 each) become the number of ranks that have
/// them.
void merge(Ranks& ranks, IterationStats& stats, std::span<double> wishes);

/// The test that the ranks' tests are together.
TestResult merged(Ranks& ranks, const TestResult& own);

/// All ranks get the networks and normalisers of rank 0's agent.
void share_policy(Ranks& ranks, Agent& agent);

/// Throws Error(failed) on every rank if an agent's networks or normalisers are not rank 0's any more.
void require_same_policy(Ranks& ranks, const Agent& agent);

/// What a rank has for itself (environments, replay, random numbers) is put into rank 0's archive, as
/// rank.1, rank.2, ...
void gather_states(Ranks& ranks, Archive& state);

/// The number of ranks that a state is of.
int ranks_of(const Archive& state);

/// Makes the state of `ranks.rank()` out of one that gather_states() left. For another number of ranks
/// the replay of one of the old ranks is taken, and the random numbers of `fresh`.
Archive own_state(const Ranks& ranks, Archive state, const Archive& fresh);

}  // namespace motus::learn
