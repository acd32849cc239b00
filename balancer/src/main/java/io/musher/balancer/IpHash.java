package io.musher.balancer;

import java.net.InetAddress;
import java.util.List;

/**
 * Strategy {@code ip-hash}, a weighted rendezvous hash: each target gets a pseudo-random number derived from (target,
 * client), and the best number wins. The other targets do not affect it, so only the clients of an added or removed
 * target move. Slow start is ignored, because clients would move twice.
 */
final class IpHash implements Strategy {

    @Override
    public boolean isSticky() {
        return true;
    }

    @Override
    public Candidate choose(List<Candidate> ready, InetAddress client) {
        long from = hash(client.getAddress());
        Candidate best = ready.get(0);
        double bestDraw = Double.POSITIVE_INFINITY;
        for (Candidate candidate : ready) {
            Target target = candidate.target();
            long drawn = mix(from ^ mix(hash(target.id())));
            double uniform = ((drawn >>> 11) + 0.5) * 0x1p-53;
            double draw = -Math.log(uniform) / target.weight();
            if (draw < bestDraw) {
                best = candidate;
                bestDraw = draw;
            }
        }
        return best;
    }

    /**
     * Hashes to 64 bits: ids with the same {@code hashCode} ("Aa" and "BB") would always get the same number, and one
     * of them no clients.
     */
    private static long hash(String id) {
        long hash = id.length();
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * 0x9E3779B97F4A7C15L;
        }
        return hash;
    }

    private static long hash(byte[] bytes) {
        long hash = bytes.length;
        for (byte b : bytes) {
            hash = mix(hash * 31 + (b & 0xff));
        }
        return hash;
    }

    /** The finaliser of SplitMix64: every input bit reaches every output bit. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
