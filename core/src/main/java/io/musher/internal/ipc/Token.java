package io.musher.internal.ipc;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A secret of 128 random bits that authenticates one worker process. Never printed. */
final class Token {

    /** The kernel's generator, from which {@link SecureRandom} reads as well, but after loading 60 classes. */
    private static final String KERNEL = "/dev/urandom";
    private static final int BYTES = 16;

    private final String hex;

    Token() {
        hex = HexFormat.of().formatHex(bits());
    }

    private static byte[] bits() {
        try (FileInputStream kernel = new FileInputStream(KERNEL)) {
            byte[] bits = kernel.readNBytes(BYTES);
            if (bits.length == BYTES) {
                return bits;
            }
        } catch (IOException e) {
            // another operating system, or no descriptor left
        }
        byte[] bits = new byte[BYTES];
        new SecureRandom().nextBytes(bits);
        return bits;
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
