package io.musher.balancer;

import io.musher.balancer.loop.Nullable;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Strategy {@code random-of-two}: draws two targets with probabilities in proportion to their weights. Chooses the
 * second only if its load, even with one more connection, would not exceed the first's; so idle targets get shares by
 * weight.
 */
final class RandomOfTwo implements Strategy {

    @Override
    public Candidate choose(List<Candidate> ready, InetAddress client) {
        if (ready.size() == 1) {
            return ready.get(0);
        }
        Candidate first = drawn(ready, null);
        Candidate second = drawn(ready, first);
        return first.active() / first.weight() < (second.active() + 1) / second.weight() ? first : second;
    }

    private static Candidate drawn(List<Candidate> ready, @Nullable Candidate except) {
        double total = 0;
        for (int i = 0; i < ready.size(); i++) {
            Candidate candidate = ready.get(i);
            total += candidate == except ? 0 : candidate.weight();
        }
        double left = ThreadLocalRandom.current().nextDouble() * total;
        Candidate last = ready.get(ready.get(0) == except ? 1 : 0);
        for (int i = 0; i < ready.size() && left >= 0; i++) {
            Candidate candidate = ready.get(i);
            if (candidate != except) {
                last = candidate;
                left -= candidate.weight();
            }
        }
        return last;
    }
}
