package io.musher.balancer;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Creates candidates for strategy tests and counts the choices. */
final class StrategyTestSupport {

    private StrategyTestSupport() {}

    static List<Candidate> equal(int n) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            candidates.add(new FakeCandidate(Character.toString('a' + i)));
        }
        return List.copyOf(candidates);
    }

    static List<Candidate> weighted(Integer... weights) {
        List<Candidate> candidates = new ArrayList<>();
        for (int weight : weights) {
            candidates.add(new FakeCandidate(Character.toString('a' + candidates.size()), weight));
        }
        return List.copyOf(candidates);
    }

    /** {@return the ids chosen, one letter each} */
    static String letters(Strategy strategy, List<Candidate> ready, int picks) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < picks; i++) {
            text.append(strategy.choose(ready, client(i)));
        }
        return text.toString();
    }

    /** {@return how often each was chosen by so many different clients} */
    static Map<Candidate, Integer> counts(Strategy strategy, List<Candidate> ready, int picks) {
        Map<Candidate, Integer> counts = new HashMap<>();
        ready.forEach(candidate -> counts.put(candidate, 0));
        for (int i = 0; i < picks; i++) {
            counts.merge(strategy.choose(ready, client(i)), 1, Integer::sum);
        }
        return counts;
    }

    /** Neighbours in a few networks, as clients are. */
    static InetAddress client(int n) {
        return address(10, n >>> 16, n >>> 8, n);
    }

    static InetAddress client6(int n) {
        byte[] bytes = new byte[16];
        Arrays.fill(bytes, 0, 8, (byte) 0x20);
        bytes[14] = (byte) (n >>> 8);
        bytes[15] = (byte) n;
        return address(bytes);
    }

    static InetAddress address(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        return address(raw);
    }

    static InetAddress address(byte... bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
