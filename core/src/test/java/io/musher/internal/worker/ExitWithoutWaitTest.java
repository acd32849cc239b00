package io.musher.internal.worker;

import io.musher.WorkerContext;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A JVM that exits waits up to 300 ms for threads that are in native code, such as a select. Musher leaves none, in
 * whatever way a worker ends.
 */
class ExitWithoutWaitTest {

    private static final String NONE = "in native code: []";

    @RegisterExtension
    final WorkerFixture fixture = new WorkerFixture();

    /** Prints, when Musher is done with the exit, which threads are in native code. */
    static final class ListsThreads {
        /** Native methods in which a thread counts as blocked, not as being in native code. */
        private static final Set<String> BLOCKED = Set.of("park", "wait", "wait0", "sleep", "sleep0", "sleepNanos0",
                "waitForReferencePendingList", "getThreads", "dumpThreads");

        public static void main(String[] arguments) {
            Runtime.getRuntime().addShutdownHook(new Thread(ListsThreads::awaitAndList, "lists-threads"));
            WorkerContext me = WorkerContext.current();
            me.ready();
            switch (arguments[0]) {
                case "exit" -> System.exit(3);
                case "disconnect" -> me.disconnect();
                default -> me.onStop(() -> {});
            }
        }

        /** Looks again for a while: the channel has to end, and a thread may be in native code for a moment. */
        private static void awaitAndList() {
            List<String> inNative;
            long end = System.nanoTime() + 10_000_000_000L;
            do {
                inNative = Thread.getAllStackTraces().entrySet().stream()
                        .filter(each -> isInNative(each.getValue())
                                || each.getKey().getName().equals("musher-channel"))
                        .map(each -> each.getKey().getName()).sorted().collect(Collectors.toList());
            } while (!inNative.isEmpty() && System.nanoTime() - end < 0);
            System.out.println("in native code: " + inNative);
        }

        private static boolean isInNative(StackTraceElement[] stack) {
            return stack.length > 0 && stack[0].isNativeMethod() && !BLOCKED.contains(stack[0].getMethodName());
        }
    }

    private TestWorkerProcess ready(String how) throws Exception {
        TestWorkerProcess worker = fixture.start(ListsThreads.class, how);
        worker.listener.expectHello();
        worker.listener.expect("ready");
        return worker;
    }

    @Test
    void shouldLeaveNoThreadInNativeCodeAfterAStop() throws Exception {
        TestWorkerProcess worker = ready("stop");
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints(NONE).ends(0);
    }

    @Test
    void shouldLeaveNoThreadInNativeCodeWhenTheProgramExits() throws Exception {
        ready("exit").prints(NONE).ends(3);
    }

    @Test
    void shouldLeaveNoThreadInNativeCodeAfterADisconnect() throws Exception {
        TestWorkerProcess worker = ready("disconnect");
        worker.listener.expect("disconnectRequested");
        fixture.channels.run(() -> worker.listener.channel.goodbye(""));
        worker.prints(NONE).ends(0);
    }

    @Test
    void shouldLeaveNoThreadInNativeCodeAfterALostPrimary() throws Exception {
        TestWorkerProcess worker = ready("stop");
        fixture.channels.run(worker.listener.channel::close);
        worker.prints(NONE).ends(1);
    }
}
