package io.musher.balancer.internal.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustedProxiesTest {

    @Test
    void shouldTrustNobodyByDefault() throws Exception {
        assertFalse(trusts(List.of(), "127.0.0.1"));
    }

    @Test
    void shouldTrustASingleAddress() throws Exception {
        assertTrue(trusts(List.of("10.1.2.3"), "10.1.2.3"));
        assertFalse(trusts(List.of("10.1.2.3"), "10.1.2.4"));
        assertTrue(trusts(List.of("2001:db8::1"), "2001:db8:0:0:0:0:0:1"));
        assertFalse(trusts(List.of("2001:db8::1"), "2001:db8::2"));
    }

    @Test
    void shouldTrustABlockToItsLastBit() throws Exception {
        assertTrue(trusts(List.of("10.0.0.0/8"), "10.255.255.255"));
        assertFalse(trusts(List.of("10.0.0.0/8"), "11.0.0.0"));
        assertTrue(trusts(List.of("192.168.4.0/23"), "192.168.5.255"));
        assertFalse(trusts(List.of("192.168.4.0/23"), "192.168.6.0"));
        assertFalse(trusts(List.of("192.168.4.0/23"), "192.168.3.255"));
        assertTrue(trusts(List.of("2001:db8:8000::/33"), "2001:db8:ffff::"));
        assertFalse(trusts(List.of("2001:db8:8000::/33"), "2001:db8:7fff::"));
        assertTrue(trusts(List.of("10.1.2.3/32"), "10.1.2.3"));
        assertFalse(trusts(List.of("10.1.2.3/32"), "10.1.2.2"));
    }

    @Test
    void shouldTakeABlockWithBitsBehindItsMask() throws Exception {
        assertTrue(trusts(List.of("10.1.2.3/8"), "10.9.9.9"));
    }

    @Test
    void shouldTrustAWholeFamilyButNotTheOther() throws Exception {
        assertTrue(trusts(List.of("0.0.0.0/0"), "8.8.8.8"));
        assertFalse(trusts(List.of("0.0.0.0/0"), "2001:db8::1"));
        assertTrue(trusts(List.of("::/0"), "2001:db8::1"));
        assertFalse(trusts(List.of("::/0"), "8.8.8.8"));
    }

    @Test
    void shouldTrustAnyOfSeveral() throws Exception {
        List<String> several = List.of("10.0.0.0/8", "::1", "192.168.0.1");
        assertTrue(trusts(several, "::1"));
        assertTrue(trusts(several, "192.168.0.1"));
        assertFalse(trusts(several, "192.168.0.2"));
    }

    @Test
    void shouldNameWhatIsNoNetwork() {
        for (String text : List.of("", "/", "/8", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",
                "10.0.0.0/8/8", "10.0.0.0/ 8",
                "::/129", "10.0.0", "10.0.0.256", "010.0.0.1", "1.2.3.4.5", ":", ":::", "1::2::3", "12345::",
                "fe80::1%lo", "[::1]",
                ".:1", "10.0.0.0/99999999999", " 10.0.0.1", "*")) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> TrustedProxies.parse(List.of(text)), text);
            assertTrue(e.getMessage().contains("trustedProxies") && e.getMessage().contains("'" + text + "'"),
                    e.getMessage());
        }
    }

    @Test
    void shouldReadLiteralsOnly() {
        assertArrayEquals(new byte[]{1, 2, 3, 4}, TrustedProxies.literal("1.2.3.4"));
        assertArrayEquals(new byte[]{-1, 0, 0, 1}, TrustedProxies.literal("255.0.0.1"));
        assertEquals(16, TrustedProxies.literal("::").length);
        assertEquals(16, TrustedProxies.literal("1:2:3:4:5:6:7:8").length);
        assertEquals(4, TrustedProxies.literal("::ffff:1.2.3.4").length);
        assertNull(TrustedProxies.literal("example.org"));
        assertNull(TrustedProxies.literal("cafe"));
        assertNull(TrustedProxies.literal("1"));
    }

    private static boolean trusts(List<String> networks, String address) throws Exception {
        return TrustedProxies.parse(networks).contains(InetAddress.getByName(address));
    }
}
