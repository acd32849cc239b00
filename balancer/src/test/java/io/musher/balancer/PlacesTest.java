package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlacesTest {

    private final List<String> evicted = new ArrayList<>();
    private final Map<String, Deque<WaitingPlaces.Place>> taken = new TreeMap<>();

    @Test
    void shouldGiveEveryPlaceOnce() throws Exception {
        WaitingPlaces places = new WaitingPlaces(2);
        WaitingPlaces.Place first = take(places, "192.0.2.1");
        take(places, "192.0.2.2");
        assertNull(take(places, "192.0.2.3"));

        places.giveBack(first);
        places.giveBack(first);

        assertEquals(1, places.taken());
        assertNotNull(take(places, "192.0.2.3"));
        assertNull(take(places, "192.0.2.4"));
        assertNull(take(new WaitingPlaces(0), "192.0.2.1"));
        assertEquals(List.of(), evicted);
    }

    @Test
    void shouldLetOneAddressHaveAllWhileNoOtherWantsAny() throws Exception {
        WaitingPlaces places = new WaitingPlaces(8);
        take(places, "192.0.2.1", 8);

        assertNull(take(places, "192.0.2.1"));
        assertEquals(List.of(), evicted);
    }

    @Test
    void shouldTakeTheYoungestOfTheAddressWithMost() throws Exception {
        WaitingPlaces places = new WaitingPlaces(8);
        take(places, "192.0.2.1", 3);
        take(places, "192.0.2.2", 5);

        assertNotNull(take(places, "192.0.2.3"));
        assertEquals(List.of("192.0.2.2 #5"), evicted);
        assertNotNull(take(places, "192.0.2.3"));
        assertEquals(List.of("192.0.2.2 #5", "192.0.2.2 #4"), evicted);
        assertNull(take(places, "192.0.2.3"), "it has its quarter");
        assertEquals(8, places.taken());
    }

    @Test
    void shouldTakeNoneFromAnAddressWithAQuarter() throws Exception {
        WaitingPlaces places = new WaitingPlaces(8);
        for (int i = 1; i <= 4; i++) {
            take(places, "192.0.2." + i, 2);
        }

        assertNull(take(places, "192.0.2.9"));
        assertEquals(List.of(), evicted);
    }

    @Test
    void shouldTakeThoseFirstThatHaveEnded() throws Exception {
        WaitingPlaces places = new WaitingPlaces(8);
        take(places, "192.0.2.1", 8);
        places.halfClosed(taken.get("192.0.2.1").toArray(WaitingPlaces.Place[]::new)[2]);

        assertNotNull(take(places, "192.0.2.1"), "whatever its own address has");
        assertEquals(List.of("192.0.2.1 #3"), evicted);
        assertNull(take(places, "192.0.2.1"));
    }

    @Test
    void shouldTakeA64BitNetworkForOneAddress() throws Exception {
        WaitingPlaces places = new WaitingPlaces(8);
        for (int i = 1; i <= 8; i++) {
            take(places, "2001:db8:0:1::" + i);
        }

        assertNull(take(places, "2001:db8:0:1::9"));
        assertNotNull(take(places, "2001:db8:0:2::1"));
        assertEquals(List.of("2001:db8:0:1::8 #1"), evicted);
    }

    @Test
    void shouldForgetWhatWasGivenBack() throws Exception {
        WaitingPlaces places = new WaitingPlaces(8);
        take(places, "192.0.2.1", 8);
        WaitingPlaces.Place ended = taken.get("192.0.2.1").getFirst();
        places.giveBack(ended);
        places.halfClosed(ended);
        take(places, "192.0.2.2");
        assertEquals(List.of(), evicted);

        taken.get("192.0.2.1").forEach(places::giveBack);

        assertEquals(1, places.taken());
        take(places, "192.0.2.3", 7);
        assertNotNull(take(places, "192.0.2.4"));
        assertEquals(List.of("192.0.2.3 #7"), evicted);
    }

    private void take(WaitingPlaces places, String address, int times) throws UnknownHostException {
        for (int i = 0; i < times; i++) {
            assertNotNull(take(places, address));
        }
    }

    private WaitingPlaces.Place take(WaitingPlaces places, String address) throws UnknownHostException {
        Deque<WaitingPlaces.Place> mine = taken.computeIfAbsent(address, a -> new ArrayDeque<>());
        String name = address + " #" + (mine.size() + 1);
        WaitingPlaces.Place place = places.take(InetAddress.getByName(address), why -> evicted.add(name));
        if (place != null) {
            mine.add(place);
        }
        return place;
    }
}
