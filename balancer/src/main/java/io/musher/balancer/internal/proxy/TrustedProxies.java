package io.musher.balancer.internal.proxy;

import io.musher.balancer.loop.Nullable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The networks of trusted proxies, whose connections must begin with a PROXY header. */
public final class TrustedProxies {

    private record Network(byte[] address, int bits) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i & 7);
                if (((address[i >> 3] ^ other[i >> 3]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Matches four numbers up to 255 without leading zeros; for anything else the JDK would ask a name server. */
    private static final Pattern V4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");

    private final List<Network> networks;

    private TrustedProxies(List<Network> networks) {
        this.networks = networks;
    }

    /**
     * Parses IP addresses and CIDR blocks.
     *
     * @throws IllegalArgumentException if one is neither; host names are not looked up
     */
    public static TrustedProxies parse(List<String> texts) {
        List<Network> networks = new ArrayList<>();
        for (String text : texts) {
            networks.add(network(text));
        }
        return new TrustedProxies(networks);
    }

    /** {@return whether a trusted network contains this address} */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (Network network : networks) {
            if (network.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    private static Network network(String text) {
        int slash = text.indexOf('/');
        byte[] address = literal(slash < 0 ? text : text.substring(0, slash));
        int bits = address == null ? 0 : address.length * 8;
        if (slash >= 0 && address != null) {
            String length = text.substring(slash + 1);
            bits = length.matches("\\d{1,3}") && Integer.parseInt(length) <= bits ? Integer.parseInt(length) : -1;
        }
        if (address == null || bits < 0) {
            throw new IllegalArgumentException("trustedProxies: '" + text
                    + "' is neither an IP address nor a CIDR block such as 10.0.0.0/8");
        }
        return new Network(address, bits);
    }

    /** {@return the bytes of an IP literal, or null; never asks a name server} */
    static @Nullable byte[] literal(String text) {
        boolean v6 = text.indexOf(':') >= 0 && text.matches("[0-9a-fA-F:][0-9a-fA-F:.]{1,44}");
        if (!v6 && !V4.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
