package io.musher.balancer;

import io.musher.balancer.loop.Nullable;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Rejects targets that have the balancer's own address: each connection would be relayed to the balancer again,
 * forever.
 */
final class SelfTargetCheck {

    private SelfTargetCheck() {}

    /**
     * Checks targets.
     *
     * @throws IllegalArgumentException if a connect to one of them would reach the listening address; the message names
     *     it
     */
    static void refuse(InetSocketAddress listening, List<Target> targets) {
        for (Target target : targets) {
            if (isOwn(listening, target.address())) {
                throw new IllegalArgumentException("target " + target.id() + " (" + Balancer.text(target.address())
                        + ") is the balancer's own address " + Balancer.text(listening)
                        + ": each connection would come back to the balancer; give the server's host and port");
            }
        }
    }

    /**
     * {@return whether a connect to the target would reach the listening address; for an unresolved name, only
     * {@code localhost} is recognised}
     */
    static boolean isOwn(InetSocketAddress listening, InetSocketAddress target) {
        if (target.getPort() != listening.getPort()) {
            return false;
        }
        return target.isUnresolved()
                ? target.getHostString().equalsIgnoreCase("localhost")
                        && reaches(InetAddress.getLoopbackAddress(), listening.getAddress())
                : reaches(target.getAddress(), listening.getAddress());
    }

    /** {@return a target's addresses without the balancer's own} */
    static InetAddress[] without(InetSocketAddress listening, int port, InetAddress[] found) {
        return Arrays.stream(found).filter(address -> !isOwn(listening, new InetSocketAddress(address, port)))
                .toArray(InetAddress[]::new);
    }

    private static boolean reaches(InetAddress target, InetAddress listening) {
        if (target.isAnyLocalAddress()) { // the JDK connects to a local address instead
            InetAddress own = localHost();
            return reaches(InetAddress.getLoopbackAddress(), listening) || own != null && reaches(own, listening);
        }
        if (listening.isAnyLocalAddress()) {
            return isLocal(target) && !(listening instanceof Inet4Address && target instanceof Inet6Address);
        }
        return target.equals(listening);
    }

    private static boolean isLocal(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    private static @Nullable InetAddress localHost() {
        try {
            return InetAddress.getLocalHost();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
