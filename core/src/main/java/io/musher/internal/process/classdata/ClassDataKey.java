package io.musher.internal.process.classdata;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.launch.JavaCommand;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the archive that fits a worker's command line: a digest of the JVM, of the flags that concern classes, and of
 * each jar on the class path with the jars that its manifest names. A jar stands for its path, size, times, inode and
 * the time of its last change: a copy that keeps the modification time is noticed too. The JVM checks less.
 */
final class ClassDataKey {

    /** Flags that choose classes or archives by themselves, or that archives do not go with. */
    private static final Pattern EXCLUDING = Pattern.compile("@.*|-javaagent:.*|-agentlib:.*|-agentpath:.*|-Xrun.*"
            + "|-Xdebug|-Xshare.*|-Xbootclasspath.*|-Djava\\.system\\.class\\.loader=.*"
            + "|-XX:(Shared.*|DumpLoadedClassList.*|ArchiveClassesAtExit.*|AOT.*|CRaC.*|Flags=.*|VMOptionsFile=.*)"
            + "|-XX:[+-](.*Shared.*|AutoCreateSharedArchive|RecordDynamicDumpInfo|AOT.*|UseZGC|ZGenerational"
            + "|UseShenandoahGC|UseEpsilonGC|AllowArchivingWithJavaAgent|BytecodeVerification.*)"
            + "|-XX:-(UseCompressedOops|UseCompressedClassPointers)|-XX:\\+EnableJVMCI.*|-XX:ObjectAlignmentInBytes=.*"
            + "|--(patch-module|upgrade-module-path|limit-modules|module-path)\\b.*|-p");
    /** Flags that differ from worker to worker, or that do not concern classes. */
    private static final Pattern IRRELEVANT = Pattern.compile("-D.*|-X(mx|ms|mn|ss|log|loggc).*"
            + "|-XX:(HeapDumpPath|ErrorFile|LogFile|ReplayDataFile|StartFlightRecording|OnOutOfMemoryError"
            + "|ActiveProcessorCount).*");
    private static final Pattern HEAP = Pattern.compile("(?:-Xmx|-XX:MaxHeapSize=)(\\d+)([kKmMgGtT]?)");
    private static final long LARGEST_HEAP_MIB = 31 << 10;
    private static final String SPRING_BOOT_LOADER = "org.springframework.boot.loader.";

    private static final String STAT = "unix:ino,dev,size,lastModifiedTime,ctime";

    /** What the manifest of a jar says, for as long as the jar does not change. */
    private record JarFacts(String stat, List<String> classPath, String mainClass) {}

    private static final Map<String, JarFacts> JARS = new ConcurrentHashMap<>();

    private ClassDataKey() {}

    /** {@return why there is no archive for this command line; empty if there can be one} */
    static Optional<String> refusal(JavaCommand command) {
        if (!System.getProperty("java.vm.name", "").matches(".*(HotSpot|OpenJDK).*")) {
            return Optional.of("the JVM is not HotSpot");
        }
        if (command.classPath().isEmpty()) {
            return Optional.of("the workers have no class path");
        }
        for (String flag : command.flags()) {
            if (EXCLUDING.matcher(flag).matches()) {
                return Optional.of("of the flag " + flag);
            }
            Matcher heap = HEAP.matcher(flag);
            if (heap.matches() && mebibytes(heap) > LARGEST_HEAP_MIB) {
                return Optional.of("of the heap set by " + flag);
            }
        }
        for (String entry : command.classPath()) {
            if (!Path.of(entry).isAbsolute()) {
                return Optional.of("the class path is relative: " + entry);
            }
            if (!entry.endsWith("*") && Files.isDirectory(Path.of(entry))) {
                return Optional.of("the class path has a directory, " + entry + "; package it as a jar");
            }
        }
        return Optional.empty();
    }

    private static long mebibytes(Matcher heap) {
        long number = heap.group(1).length() > 15 ? Long.MAX_VALUE >> 30 : Long.parseLong(heap.group(1));
        return switch (heap.group(2)) {
            case "" -> number >> 20;
            case "k", "K" -> number >> 10;
            case "m", "M" -> number;
            case "g", "G" -> number << 10;
            default -> number << 20;
        };
    }

    /**
     * {@return the name of the archive}
     *
     * @throws IOException if a file cannot be read, or holds classes in a form that archives do not support
     */
    static String of(JavaCommand command) throws IOException {
        StringBuilder facts = new StringBuilder();
        Path home = Path.of(System.getProperty("java.home"));
        line(facts, System.getProperty("java.runtime.version"), System.getProperty("java.vm.version"),
                System.getProperty("os.arch"),
                command.java(), stat(home.resolve("lib/modules")), stat(home.resolve("lib/server/libjvm.so")));
        for (String flag : command.flags()) {
            if (!IRRELEVANT.matcher(flag).matches()) {
                line(facts, flag);
            }
        }
        line(facts, command.classPathText());
        jars(command.classPath()).forEach((jar, stat) -> line(facts, jar, stat));
        return name(facts);
    }

    /**
     * Mixes the facts into 128 bits. Only this user can write to the folder, so nothing has to be hard to forge, and
     * the first use of a {@code MessageDigest} takes a primary 40 ms and more before its first fork.
     */
    private static String name(CharSequence facts) {
        long first = 0xcbf29ce484222325L;
        long second = 0x9e3779b97f4a7c15L;
        for (int i = 0; i < facts.length(); i++) {
            first = (first ^ facts.charAt(i)) * 0x100000001b3L;
            second = Long.rotateLeft(second ^ facts.charAt(i), 23) * 0xc2b2ae3d27d4eb4fL;
        }
        return hex(first ^ first >>> 32) + hex(second ^ second >>> 29);
    }

    private static String hex(long number) {
        return Long.toHexString(number >>> 32 | 1L << 32).substring(1)
                + Long.toHexString(number & 0xffffffffL | 1L << 32).substring(1);
    }

    /** {@return the jars of a class path with their stat, in order, with those that their manifests name} */
    private static Map<String, String> jars(List<String> classPath) throws IOException {
        Deque<String> left = new ArrayDeque<>();
        for (String entry : classPath) {
            if (entry.endsWith("*")) {
                File folder = new File(entry).getAbsoluteFile().getParentFile();
                File[] files = folder.listFiles((in, name) -> name.endsWith(".jar") || name.endsWith(".JAR"));
                Arrays.stream(files == null ? new File[0] : files).map(File::getPath).sorted().forEach(left::add);
            } else {
                left.add(entry);
            }
        }
        Map<String, String> jars = new LinkedHashMap<>();
        while (!left.isEmpty()) {
            String jar = left.poll();
            if (!jars.containsKey(jar)) {
                String stat = stat(Path.of(jar));
                jars.put(jar, stat);
                JarFacts facts = facts(jar, stat);
                if (facts.mainClass.startsWith(SPRING_BOOT_LOADER)) {
                    throw new IOException(jar + " holds its libraries as jars inside the jar; extract it"
                            + " (java -Djarmode=tools -jar " + Path.of(jar).getFileName() + " extract)");
                }
                left.addAll(facts.classPath);
            }
        }
        return jars;
    }

    private static JarFacts facts(String jar, String stat) throws IOException {
        JarFacts known = JARS.get(jar);
        if (known != null && known.stat.equals(stat)) {
            return known;
        }
        List<String> classPath = List.of();
        String mainClass = "";
        if (Files.isRegularFile(Path.of(jar))) {
            try (JarFile file = new JarFile(new File(jar), false)) {
                Manifest manifest = file.getManifest();
                if (manifest != null) {
                    Attributes attributes = manifest.getMainAttributes();
                    String named = attributes.getValue(Attributes.Name.CLASS_PATH);
                    URI own = Path.of(jar).toUri();
                    classPath = new ArrayList<>();
                    for (String name : named == null || named.isBlank() ? new String[0] : named.strip().split("\\s+")) {
                        classPath.add(Path.of(own.resolve(name)).toString());
                    }
                    mainClass = Optional.ofNullable(attributes.getValue(Attributes.Name.MAIN_CLASS)).orElse("");
                }
            } catch (IllegalArgumentException e) {
                throw new IOException(jar + ": " + e.getMessage(), e);
            }
        }
        JarFacts facts = new JarFacts(stat, classPath, mainClass);
        JARS.put(jar, facts);
        return facts;
    }

    /** {@return what identifies the content of a file; "absent" if there is none} */
    static String stat(Path file) throws IOException {
        try {
            return text(Files.readAttributes(file, STAT));
        } catch (FileSystemException e) {
            if (Files.exists(file)) {
                throw e;
            }
            return "absent";
        }
    }

    /** {@return the same of a file that must not be a symbolic link} */
    static String ownStat(Path file) throws IOException {
        return text(Files.readAttributes(file, STAT, LinkOption.NOFOLLOW_LINKS));
    }

    /** Writes times as numbers: as text they would take longer than all else of the lookup. */
    private static String text(Map<String, Object> attributes) {
        return attributes.get("dev") + " " + attributes.get("ino") + " " + attributes.get("size") + " "
                + nanos(attributes.get("lastModifiedTime")) + " " + nanos(attributes.get("ctime"));
    }

    private static long nanos(@Nullable Object time) {
        return time instanceof FileTime known ? known.to(TimeUnit.NANOSECONDS) : 0;
    }

    private static void line(StringBuilder to, String... words) {
        to.append(String.join("\t", words)).append('\n');
    }
}
