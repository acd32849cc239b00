package io.musher.balancer;

/** Statistics counters of one event loop, in total or for one target; the loop's thread writes, any thread reads. */
final class Counters {
    final Counter accepted = new Counter();
    final Counter ended = new Counter();
    final Counter bytesToTargets = new Counter();
    final Counter bytesToClients = new Counter();
    final Counter connectFailures = new Counter();
    final Counter retries = new Counter();
    final Counter rejected = new Counter();
    final Counter moved = new Counter();
    final Counter cut = new Counter();
    final Counter answers = new Counter();
    final Counter answerNanos = new Counter();
    final Counter unanswered = new Counter();
    final Counter cutStalled = new Counter();
}
