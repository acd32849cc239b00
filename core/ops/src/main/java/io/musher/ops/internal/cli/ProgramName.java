package io.musher.ops.internal.cli;

import java.util.List;
import java.util.Set;

/**
 * Names a program that is started without a config file: by what an interpreter runs, where that can be seen, otherwise
 * by the program itself.
 */
final class ProgramName {

    private static final int MAX_LENGTH = 64;
    private static final String INTERPRETERS = "(node|nodejs|bun|deno|tsx|ts-node|python|pypy|ruby|perl|php"
            + "|(ba|da|k|z)?sh)[0-9.]*";
    /** Options that take the next word. */
    private static final Set<String> WITH_VALUE = Set.of("-cp", "-classpath", "--class-path", "-p", "--module-path",
            "--upgrade-module-path", "--add-modules", "--limit-modules", "--add-opens", "--add-exports", "--add-reads",
            "--patch-module", "--enable-native-access", "-r", "--require", "--import", "--loader", "-W", "-X");
    /** Options whose next word is a program and no file. */
    private static final Set<String> CODE = Set.of("-c", "-e", "--eval", "-E", "-p", "--print");
    private static final Set<String> MODULE = Set.of("-m", "--module");

    private ProgramName() {}

    /** {@return shop for {@code java -jar shop.jar}, Main for {@code java shop.Main}, app for {@code node app.js}} */
    static String of(List<String> words) {
        String program = file(words.get(0));
        String plain = program.endsWith(".exe") ? program.substring(0, program.length() - 4) : program;
        if (plain.equals("java")) {
            return valid(ofJava(words), program);
        }
        return valid(plain.matches(INTERPRETERS) ? ofScript(words) : program, program);
    }

    private static String ofJava(List<String> words) {
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            if (i + 1 < words.size() && (word.equals("-jar") || MODULE.contains(word))) {
                return word.equals("-jar") ? withoutExtension(file(words.get(i + 1))) : lastName(words.get(i + 1));
            } else if (WITH_VALUE.contains(word)) {
                i++;
            } else if (!word.startsWith("-") && !word.startsWith("@")) {
                return word.endsWith(".java") ? withoutExtension(file(word)) : lastName(word);
            }
        }
        return "";
    }

    private static String ofScript(List<String> words) {
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            if (CODE.contains(word)) {
                return "";
            } else if (i + 1 < words.size() && MODULE.contains(word)) {
                return lastName(words.get(i + 1));
            } else if (WITH_VALUE.contains(word)) {
                i++;
            } else if (!word.startsWith("-") && !word.equals("run")) {
                return withoutExtension(file(word));
            }
        }
        return "";
    }

    /** {@return the name without package or module} */
    private static String lastName(String name) {
        return name.substring(Math.max(name.lastIndexOf('.'), Math.max(name.lastIndexOf('/'), name.lastIndexOf('$')))
                + 1);
    }

    private static String file(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    private static String withoutExtension(String file) {
        int dot = file.lastIndexOf('.');
        return dot > 0 ? file.substring(0, dot) : file;
    }

    /** {@return the name as far as it can be one of a primary} */
    private static String valid(String name, String program) {
        String chosen = name.isEmpty() ? program : name;
        String plain = chosen.replaceAll("[^A-Za-z0-9@._-]", "-");
        plain = plain.substring(0, Math.min(MAX_LENGTH, plain.length()));
        return plain.matches("[.]*") ? "program" : plain;
    }
}
