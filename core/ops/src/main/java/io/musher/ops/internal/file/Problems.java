package io.musher.ops.internal.file;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the mistakes of a file, and what it contains without effect, while the file is read. */
final class Problems {

    private final List<Problem> problems = new ArrayList<>();
    private final List<String> ignored = new ArrayList<>();

    void add(Position at, String path, String text) {
        problems.add(new Problem(at, path, text));
    }

    /** Notes a key that other process managers understand and that has no effect here. */
    void ignore(String path, String why) {
        ignored.add(path + ": " + why);
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    /** {@return all problems in the order of the file} */
    List<Problem> all() {
        return problems.stream()
                .sorted(Comparator.comparingInt((Problem problem) -> problem.at().line())
                        .thenComparingInt(problem -> problem.at().column()))
                .toList();
    }

    List<String> ignored() {
        return List.copyOf(ignored);
    }
}
