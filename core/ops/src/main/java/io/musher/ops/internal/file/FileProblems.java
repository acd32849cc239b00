package io.musher.ops.internal.file;

import java.nio.file.Path;
import java.util.List;

/** Reports that a file cannot be used, with every mistake in it. */
public final class FileProblems extends Exception {

    private static final long serialVersionUID = 1;

    /** More are not printed: they are mostly consequences of the first. */
    private static final int SHOWN = 20;

    FileProblems(Path file, List<Problem> problems) {
        super(describe(file, problems));
    }

    /** Creates a report of one problem that has no place in the file. */
    public FileProblems(String message) {
        super(message);
    }

    private static String describe(Path file, List<Problem> problems) {
        StringBuilder text = new StringBuilder().append(file.getFileName()).append(": ").append(problems.size())
                .append(problems.size() == 1 ? " error" : " errors");
        int width = problems.stream().limit(SHOWN).mapToInt(problem -> problem.at().toString().length()).max()
                .orElse(0);
        problems.stream().limit(SHOWN).forEach(problem -> text.append("\n  ")
                .append(String.format("%-" + width + "s", problem.at()))
                .append(problem.toString().substring(problem.at().toString().length())));
        if (problems.size() > SHOWN) {
            text.append("\n  and ").append(problems.size() - SHOWN).append(" more");
        }
        return text.toString();
    }
}
