package io.musher.it;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** A client of a primary that sends commands as its random numbers say. What it must not be answered is a failure. */
final class RandomCommands implements Runnable {

    private static final List<String> COMMANDS = List.of("status", "status", "start", "stop", "restart", "reload",
            "scale",
            "signal", "logs", "start", "start");
    /** No such thing now, or something is in the way, a worker was killed before it was ready, the file is broken. */
    private static final Set<Long> EXPECTED = Set.of(400L, 404L, 409L, 422L, 500L);

    private final MusherProgram musher;
    private final Random random;
    private final int processes;
    private final LongSupplier primaries;
    private final BooleanSupplier ended;
    private final Queue<String> failures;
    private final Map<String, Integer> answers;

    /**
     * Creates a client.
     *
     * @param processes how many there are, called p0, p1 and so on
     * @param primaries counts the primaries that were killed or started
     * @param failures receives what must not be
     * @param answers receives how often which answer came
     */
    RandomCommands(MusherProgram musher, long seed, int processes, LongSupplier primaries, BooleanSupplier ended,
            Queue<String> failures, ConcurrentSkipListMap<String, Integer> answers) {
        this.musher = musher;
        this.random = new Random(seed);
        this.processes = processes;
        this.primaries = primaries;
        this.ended = ended;
        this.failures = failures;
        this.answers = answers;
    }

    @Override
    public void run() {
        while (!ended.getAsBoolean()) {
            String request = request();
            long before = primaries.getAsLong();
            long begin = System.nanoTime();
            try {
                check(request, Answers.object(musher.send(request)), (System.nanoTime() - begin) / 1_000_000);
            } catch (IOException | StringIndexOutOfBoundsException e) {
                // expected of a primary that is killed meanwhile
                if (before == primaries.getAsLong() && before % 2 == 0) {
                    failures.add(request + " was not answered: " + e);
                }
            } catch (RuntimeException | AssertionError e) {
                failures.add(request + " had a broken answer: " + e);
            }
            pause(random.nextInt(400));
        }
    }

    private String request() {
        String command = COMMANDS.get(random.nextInt(COMMANDS.size()));
        String id = "p" + random.nextInt(processes);
        String worker = random.nextInt(4) == 0 ? id + "-" + (1 + random.nextInt(2)) : id;
        return switch (command) {
            case "status" -> random.nextBoolean() ? "{\"do\":\"status\"}" : request(command, worker, "");
            case "scale" -> request(command, id, ",\"instances\":" + random.nextInt(5));
            case "signal" -> request(command, worker, ",\"signal\":\"" + random(List.of("HUP", "USR1", "CONT")) + "\"");
            case "logs" -> request(command, worker, ",\"lines\":20");
            case "reload" -> random.nextInt(8) == 0 ? "{\"do\":\"reload\"}" : request(command, id, "");
            default -> request(command, command.equals("start") ? id : worker,
                    random.nextInt(5) == 0 ? ",\"wait\":false" : "");
        };
    }

    private static String request(String command, String id, String more) {
        return "{\"do\":\"" + command + "\",\"id\":\"" + id + "\"" + more + "}";
    }

    private String random(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    private void check(String request, Map<String, Object> answer, long millis) {
        boolean ok = Boolean.TRUE.equals(answer.get("ok"));
        String text = String.valueOf(answer.get("error"));
        answers.merge((String) Answers.object(request).get("do") + (ok ? " ok" : " " + answer.get("code")), 1,
                Integer::sum);
        if (!ok && !EXPECTED.contains((Long) answer.get("code"))
                || Arrays.asList(text.split("[ :]")).stream().anyMatch(word -> word.startsWith("java.lang."))
                || text.contains("the log of the primary")) {
            failures.add(request + " was answered by " + answer);
        }
        if (millis > 90_000) {
            failures.add(request + " took " + millis + " ms: " + answer);
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
