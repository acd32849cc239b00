package io.musher.ops.internal.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a mistyped name probably stands for. */
public final class NearestName {

    private NearestName() {}

    /** {@return the name most similar to the given one; empty if none is similar} */
    public static Optional<String> of(String name, Collection<String> names) {
        String plain = plain(name);
        int atMost = Math.max(1, plain.length() / 3);
        return names.stream()
                .filter(other -> distance(plain, plain(other)) <= atMost)
                .min(Comparator.comparingInt(other -> distance(plain, plain(other))));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
    }

    /** Returns the number of characters to insert, delete or replace; two swapped neighbours count one. */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
