package io.musher.internal.ipc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A secret of 128 random bits that authenticates one worker process. Never printed. */
final class Token {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 16;

    private final String hex;

    Token() {
        byte[] bits = new byte[BYTES];
        RANDOM.nextBytes(bits);
        hex = HexFormat.of().formatHex(bits);
    }

    String hex() {
        return hex;
    }

    /** Compares in constant time. */
    boolean matches(String claimed) {
        return MessageDigest.isEqual(hex.getBytes(StandardCharsets.ISO_8859_1),
                claimed.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public String toString() {
        return "token";
    }
}
