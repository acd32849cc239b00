package io.musher.internal.worker;

import io.musher.WorkerContext;

/** What workers in tests run that fail, hang, or leave at once. */
final class FailingWorkerMains {

    private FailingWorkerMains() {}

    static final class ExitsBefore {
        public static void main(String[] arguments) {
            System.exit(7);
        }
    }

    static final class ExitsAtOnce {
        public static void main(String[] arguments) {
            WorkerContext.current().ready();
            System.exit(42);
        }
    }

    static final class HaltsAtOnce {
        public static void main(String[] arguments) {
            WorkerContext.current().ready();
            Runtime.getRuntime().halt(43);
        }
    }

    static final class Throws {
        public static void main(String[] arguments) {
            WorkerContext.current().ready();
            throw new IllegalStateException("main on purpose");
        }
    }

    static final class FailingHooks {
        public static void main(String[] arguments) {
            WorkerContext me = WorkerContext.current();
            me.onDrain(() -> {
                throw new IllegalStateException("a hook on purpose");
            });
            me.onDrain(() -> WorkerMains.say("drain goes on"));
            me.onStop(() -> {
                throw new StackOverflowError("an error on purpose");
            });
            me.onStop(() -> WorkerMains.say("stop goes on"));
            me.ready();
        }
    }

    static final class HangsInDrain {
        public static void main(String[] arguments) {
            WorkerContext me = WorkerMains.withHooks();
            me.onDrain(WorkerMains::hang);
            me.ready();
        }
    }

    static final class HangsInStop {
        public static void main(String[] arguments) {
            WorkerContext me = WorkerMains.withHooks();
            me.onStop(WorkerMains::hang);
            me.ready();
        }
    }

    static final class HangsInShutdown {
        public static void main(String[] arguments) {
            Runtime.getRuntime().addShutdownHook(new Thread(WorkerMains::hang));
            WorkerContext.current().ready();
        }
    }

    static final class ExitsInHook {
        public static void main(String[] arguments) {
            WorkerContext me = WorkerContext.current();
            me.onStop(() -> System.exit(9));
            me.onStop(() -> WorkerMains.say("never"));
            me.ready();
        }
    }
}
