package io.musher.balancer;

import java.net.InetSocketAddress;

/** A candidate that is what a test says it is. */
final class FakeCandidate implements Candidate {

    private final Target target;
    private double weight;
    int active;
    long answerNanos;
    private long answers;
    private long total;
    private long unanswered;

    FakeCandidate(String id, int weight) {
        this.target = new Target(id, new InetSocketAddress("127.0.0.1", 8000), weight);
        this.weight = weight;
    }

    FakeCandidate(String id) {
        this(id, 1);
    }

    FakeCandidate active(int connections) {
        active = connections;
        return this;
    }

    FakeCandidate answerNanos(long nanos) {
        answerNanos = nanos;
        return this;
    }

    void answered(long nanos) {
        answers++;
        total += nanos;
    }

    void unanswered(int times) {
        unanswered += times;
    }

    @Override
    public long answers() {
        return answers == 0 ? Candidate.super.answers() : answers;
    }

    @Override
    public long latencyNanosTotal() {
        return answers == 0 ? Candidate.super.latencyNanosTotal() : total;
    }

    @Override
    public long unanswered() {
        return unanswered;
    }

    /** As during slow start. */
    FakeCandidate weightNow(double now) {
        weight = now;
        return this;
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public int active() {
        return active;
    }

    @Override
    public double weight() {
        return weight;
    }

    @Override
    public long latencyNanos() {
        return answerNanos;
    }

    @Override
    public String toString() {
        return target.id();
    }
}
