package io.musher.internal.process.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Selects the flags of this JVM that a worker inherits. Excludes flags that listen on a fixed port (debugger, JMX), and
 * makes output files distinct, so that no two JVMs write the same file.
 */
final class JvmFlags {

    /** Debuggers and their helpers, JMX, archives written at exit, and flags specific to this process. */
    private static final Pattern NOT_SHARED = Pattern
            .compile("-agentlib:jdwp\\b.*|-agentpath:.*jdwp.*|-Xrunjdwp\\b.*|-Xdebug"
                    + "|-javaagent:.*(debugger-agent|idea_rt)\\.jar\\b.*"
                    + "|-Dcom\\.sun\\.management\\..*|-XX:[+-]ManagementServer"
                    + "|-XX:(ArchiveClassesAtExit|DumpLoadedClassList|AOTCacheOutput)=.*|-XX:AOTMode=(record|create)"
                    + "|-Xshare:dump"
                    + "|-Djdk\\.module\\.main=.*|-Dmusher\\.(worker|program)=.*");

    /** With it the JVM writes its class data archive at its exit, to the file that the second flag names. */
    private static final String WRITES_ARCHIVE = "-XX:+AutoCreateSharedArchive";
    private static final String ARCHIVE = "-XX:SharedArchiveFile=";

    private static final Pattern FILE = Pattern
            .compile("(-Xloggc:|-XX:(?:HeapDumpPath|ErrorFile|LogFile|ReplayDataFile)=)(.+)");
    private static final Pattern RECORDING = Pattern
            .compile("(-XX:StartFlightRecording[=:](?:.*,)?filename=)([^,]+)(.*)");
    /** Selectors, output, remaining options: a colon inside quotes belongs to the file name. */
    private static final Pattern LOG = Pattern.compile("(-Xlog:[^:]*:)((?:\"[^\"]*\"|[^:\"])+)(.*)");

    private JvmFlags() {}

    /**
     * {@return the flags that a worker inherits, with its id in file names}
     *
     * @param removed prefixes of flags to leave out in addition
     */
    static List<String> inherited(List<String> flags, List<String> removed, int workerId) {
        List<String> kept = new ArrayList<>(flags.size());
        boolean writesArchive = flags.contains(WRITES_ARCHIVE);
        for (String flag : without(flags, removed)) {
            if (writesArchive && (flag.equals(WRITES_ARCHIVE) || flag.startsWith(ARCHIVE))) {
                continue;
            }
            if (!NOT_SHARED.matcher(flag).matches()) {
                kept.add(ownFile(flag, workerId));
            }
        }
        return kept;
    }

    /** {@return the flags that begin with none of the prefixes} */
    static List<String> without(List<String> flags, List<String> prefixes) {
        List<String> kept = new ArrayList<>(flags);
        for (String prefix : prefixes) {
            kept.removeIf(flag -> flag.startsWith(prefix));
        }
        return kept;
    }

    /** {@return whether one of the later flags sets the same option} */
    static boolean overridden(String flag, List<String> later) {
        String subject = subject(flag);
        boolean overridden = false;
        for (String other : later) {
            overridden |= !subject.isEmpty() && subject(other).equals(subject);
        }
        return overridden;
    }

    /** {@return the option that a flag sets; empty for a flag that may be given several times} */
    private static String subject(String flag) {
        if (flag.startsWith("-XX:")) {
            return "-XX:" + flag.substring(4).replaceFirst("^[+-]", "").replaceFirst("=.*", "");
        }
        return flag.startsWith("-D") ? flag.replaceFirst("(?s)=.*", "")
                : flag.matches("-X(ss|mn|ms|mx)\\d.*") ? flag.substring(0, 4) : "";
    }

    private static String ownFile(String flag, int workerId) {
        Matcher file = FILE.matcher(flag);
        if (file.matches()) {
            return file.group(1) + PerWorkerFileNames.name(file.group(2), workerId);
        }
        Matcher recording = RECORDING.matcher(flag);
        if (recording.matches()) {
            return recording.group(1) + PerWorkerFileNames.name(recording.group(2), workerId) + recording.group(3);
        }
        Matcher log = LOG.matcher(flag);
        if (!log.matches() || log.group(2).matches("stdout|stderr|#\\d+")) {
            return flag;
        }
        String output = log.group(2);
        String scheme = output.startsWith("file=") ? "file=" : "";
        String path = output.substring(scheme.length());
        boolean quoted = path.length() > 1 && path.startsWith("\"") && path.endsWith("\"");
        String name = PerWorkerFileNames.name(quoted ? path.substring(1, path.length() - 1) : path, workerId);
        return log.group(1) + scheme + (quoted ? '"' + name + '"' : name) + log.group(3);
    }
}
