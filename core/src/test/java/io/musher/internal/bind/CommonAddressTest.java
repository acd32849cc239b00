package io.musher.internal.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommonAddressTest {

    private static InetSocketAddress address(String host) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(host), 3000);
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, 0.0.0.0, true", "::, 0.0.0.0, true", "127.0.0.1, 127.0.0.1, true",
            "127.0.0.1, 127.0.0.2, false", "127.0.0.1, 0.0.0.0, false", "::1, 127.0.0.1, false"})
    void shouldGiveTheListenerOfTheSameAddressOnly(String wanted, String listener, boolean allowed) throws Exception {
        for (boolean followed : new boolean[]{true, false}) {
            assertEquals(allowed, isShared(wanted, listener, followed));
        }
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true"})
    void shouldListenOnFewerAddressesWhereTheUserHasSaidSoOnly(boolean followed, boolean allowed) throws Exception {
        assertEquals(allowed, isShared("0.0.0.0", "127.0.0.1", followed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "127.0.0.2"})
    void shouldNotSpeakOfAHostThatTheUserHasNotSet(String wanted) throws Exception {
        InetSocketAddress second = address(wanted);
        BindException failure = assertThrows(BindException.class,
                () -> new CommonAddress(InetAddress.getByName("127.0.0.1")).checkShared(second, true));
        assertTrue(failure.getMessage().contains("is on 127.0.0.1, where an application of the cluster has bound it"),
                failure.getMessage());
        assertFalse(failure.getMessage().contains("the cluster's host is"), failure.getMessage());
    }

    private static boolean isShared(String wanted, String listener, boolean followed) throws Exception {
        try {
            new CommonAddress(InetAddress.getByName(listener)).checkShared(address(wanted), followed);
            return true;
        } catch (BindException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 0.0.0.0, true", "0.0.0.0, 0.0.0.0, true", "127.0.0.1, 127.0.0.1, true",
            "0.0.0.0, 127.0.0.1, false", "127.0.0.2, 127.0.0.1, false"})
    void shouldLetAnOwnSocketListenWithinTheHostOnly(String wanted, String host, boolean allowed) throws Exception {
        boolean bound = true;
        try {
            new CommonAddress(InetAddress.getByName(host)).checkOwn(address(wanted));
        } catch (BindException e) {
            bound = false;
        }
        assertEquals(allowed, bound);
    }
}
