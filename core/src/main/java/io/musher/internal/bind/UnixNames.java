package io.musher.internal.bind;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Names of Unix sockets that are in no file system, as the struct sockaddr_un. */
final class UnixNames {

    static final int FAMILY = 1;

    private static final int SIZE = 110;

    /** After the family and the zero byte with which such a name begins. */
    private static final int OFFSET = 3;

    private UnixNames() {}

    /** {@return memory for an address} */
    static ByteBuffer buffer() {
        return NativeFunctions.buffer(SIZE);
    }

    /** {@return the address to bind to if the kernel is to choose the name} */
    static ByteBuffer any() {
        return NativeFunctions.buffer(Short.BYTES).putShort(0, (short) FAMILY);
    }

    /** {@return the address of a socket with this name, {@link #length} bytes long} */
    static ByteBuffer address(String name) {
        return buffer().putShort(0, (short) FAMILY).put(OFFSET, name.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@return the length of the address} */
    static int length(String name) {
        return OFFSET + name.length();
    }

    /** {@return the name in an address that ends at the limit; empty if it is without one} */
    static String of(ByteBuffer address) {
        if (address.limit() <= OFFSET) {
            return "";
        }
        byte[] bytes = new byte[address.limit() - OFFSET];
        address.get(OFFSET, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
