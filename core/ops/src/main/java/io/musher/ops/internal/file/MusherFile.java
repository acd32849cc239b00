package io.musher.ops.internal.file;

import io.musher.ops.internal.file.Node.ListNode;
import io.musher.ops.internal.file.Node.Member;
import io.musher.ops.internal.file.Node.NumberNode;
import io.musher.ops.internal.file.Node.ObjectNode;
import io.musher.ops.internal.file.Node.TextNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads config files: Musher's own, Pup's, and the {@code apps} of PM2. */
public final class MusherFile {

    /** Looked for in this order when no file is named. */
    private static final List<String> NAMES = List.of("musher.json", "musher.jsonc", "pup.json", "pup.jsonc",
            "ecosystem.json");

    private static final int MAX_BYTES = 1 << 20;

    /** The place of all that is in no file. */
    private static final Position ARGUMENTS = new Position(1, 1);

    private MusherFile() {}

    /** {@return the config file of a folder; empty if there is none} */
    public static Optional<Path> find(Path directory) {
        for (String name : NAMES) { // no stream: each command comes here, and classes cost time
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** {@return PM2's config file in JavaScript, which {@link #read} refuses and says how to convert} */
    public static Optional<Path> findJavaScript(Path directory) {
        for (String name : List.of("ecosystem.config.js", "ecosystem.config.cjs")) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** {@return the names of files that are looked for} */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * Reads and checks a file.
     *
     * @param file the file
     * @param variant which {@code env_<variant>} of PM2's files to use; empty for none
     * @throws FileProblems if it cannot be read or contains mistakes; the message lists all of them
     */
    public static FileSpec read(Path file, Optional<String> variant) throws FileProblems {
        Path absolute = file.toAbsolutePath().normalize();
        if (file.toString().endsWith(".js") || file.toString().endsWith(".cjs")) {
            throw new FileProblems(file.getFileName() + " is JavaScript, which only Node can read: convert it once by\n"
                    + "  node -p 'JSON.stringify(require(\"./" + file.getFileName()
                    + "\"), null, 2)' > ecosystem.json");
        }
        Problems problems = new Problems();
        Node root;
        try {
            root = RelaxedJson.parse(content(absolute));
        } catch (SyntaxException e) {
            throw new FileProblems(file, List.of(new Problem(e.at(), "", Messages.of(e))));
        }
        if (!(root instanceof ObjectNode object)) {
            throw new FileProblems(file, List.of(new Problem(root.at(), "", "is " + root.kind()
                    + ", expected an object with the key \"processes\"")));
        }
        FileSpec spec = read(absolute, new ObjectReader(object, "", problems), variant);
        if (!problems.isEmpty()) {
            throw new FileProblems(file, problems.all());
        }
        return spec;
    }

    /**
     * Makes the spec of a single command, as a file with one process would.
     *
     * @param directory where it runs
     * @param name the name of primary and process
     * @param words the program and its arguments
     * @param instances the number of workers
     * @param port the common port; empty without one
     * @throws FileProblems if a value is out of range
     */
    public static FileSpec ofCommand(Path directory, String name, List<String> words, int instances, OptionalInt port)
            throws FileProblems {
        return ofEntry(directory, name, Map.of("cmd", list(words)), instances, port);
    }

    /**
     * Makes the spec of a jar, as a file with one process that has the key {@code jar} would.
     *
     * @param directory where it runs
     * @param name the name of primary and process
     * @param jar its path
     * @param args the arguments of its main method
     * @param instances the number of workers
     * @param port the common port; empty without one
     * @throws FileProblems if a value is out of range
     */
    public static FileSpec ofJar(Path directory, String name, String jar, List<String> args, int instances,
            OptionalInt port) throws FileProblems {
        return ofEntry(directory, name, Map.of("jar", new TextNode(ARGUMENTS, jar), "args", list(args)), instances,
                port);
    }

    private static Node list(List<String> words) {
        return new ListNode(ARGUMENTS, words.stream().map(word -> (Node) new TextNode(ARGUMENTS, word)).toList());
    }

    private static FileSpec ofEntry(Path directory, String name, Map<String, Node> program, int instances,
            OptionalInt port) throws FileProblems {
        Position at = ARGUMENTS;
        Map<String, Member> entry = new LinkedHashMap<>();
        entry.put("id", new Member(at, new TextNode(at, name)));
        program.forEach((key, value) -> entry.put(key, new Member(at, value)));
        Map<String, Member> cluster = new LinkedHashMap<>();
        cluster.put("instances", new Member(at, new NumberNode(at, Integer.toString(instances))));
        port.ifPresent(
                number -> cluster.put("commonPort", new Member(at, new NumberNode(at, Integer.toString(number)))));
        entry.put("cluster", new Member(at, new ObjectNode(at, cluster)));
        Problems problems = new Problems();
        FileDefaults defaults = new FileDefaults(directory, Duration.ZERO, Duration.ofSeconds(5), LoggerSpec.DEFAULT);
        Optional<ProcessSpec> process = new ProcessReader(
                new ObjectReader(new ObjectNode(at, entry), "command", problems), defaults).read();
        if (!problems.isEmpty()) {
            throw new FileProblems(problems.all().get(0).path() + ": " + problems.all().get(0).text());
        }
        return new FileSpec(directory, name, process.stream().toList(), ControlSpec.DEFAULT,
                WatcherSpec.DEFAULT, LoggerSpec.DEFAULT, List.of());
    }

    private static String content(Path file) throws FileProblems {
        try {
            checkSafe(file);
            if (Files.size(file) > MAX_BYTES) {
                throw new FileProblems(file + " has more than 1 MiB; is it the right file?");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString();
        } catch (CharacterCodingException e) {
            throw new FileProblems(file + " is not written in UTF-8");
        } catch (IOException e) {
            throw new FileProblems(
                    file + " cannot be read: " + (Files.exists(file) ? e.getMessage() : "there is no such file"));
        }
    }

    /** Refuses a file that others could make run what they like as root. */
    private static void checkSafe(Path file) throws IOException, FileProblems {
        PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (posix != null && System.getProperty("user.name", "").equals("root") && Files.exists(file)
                && posix.readAttributes().permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new FileProblems(file + " may be written by every user, and its commands would run as root: "
                    + "chmod o-w " + file);
        }
    }

    private static FileSpec read(Path file, ObjectReader root, Optional<String> variant) {
        Path directory = Objects.requireNonNull(file.getParent()); // of an absolute path of a file
        String name = root.text("name", Names::check).orElseGet(() -> folderName(directory));
        LoggerSpec logger = root.object("logger").map(own -> LoggerSpec.read(own, LoggerSpec.DEFAULT, directory))
                .orElse(LoggerSpec.DEFAULT);
        WatcherSpec watcher = root.object("watcher").map(WatcherSpec::read).orElse(WatcherSpec.DEFAULT);
        ControlSpec control = root.object("control").map(own -> ControlSpec.read(own, directory))
                .orElse(ControlSpec.DEFAULT);
        FileDefaults defaults = new FileDefaults(directory,
                root.seconds("terminateGracePeriod", 0).orElse(Duration.ZERO),
                root.seconds("terminateTimeout", 0).orElse(Duration.ofSeconds(5)), logger);
        api(root);
        root.ignore("$schema", "is for editors");
        root.ignore("plugins", "are programs for Deno");
        List<ProcessSpec> processes = new ArrayList<>();
        Map<String, ObjectReader> entries = new HashMap<>();
        if (root.has("apps") && root.has("processes")) {
            root.problem("apps", "a file has \"processes\" or PM2's \"apps\", not both");
        }
        if (variant.isPresent() && !root.has("apps")) {
            root.problem("--env " + variant.get() + " is for PM2's \"apps\", which this file has not");
        }
        List<ProcessReader> readers = root.has("apps") ? apps(root, variant, defaults)
                : root.objects("processes").stream().map(entry -> new ProcessReader(entry, defaults)).toList();
        for (ProcessReader reader : readers) {
            ObjectReader entry = reader.entry();
            reader.read().ifPresent(process -> {
                ObjectReader other = entries.putIfAbsent(process.id().toLowerCase(Locale.ROOT), entry);
                if (other != null) {
                    entry.problem("id", "\"" + process.id() + "\" is also the name of the process at " + other.at());
                }
                if (process.port().inherited() && processes.stream().anyMatch(one -> one.port().inherited())) {
                    entry.problem("cluster", "only one process of a primary can have \"commonPort\": \"inherit\"");
                }
                processes.add(process);
            });
        }
        if (processes.stream().allMatch(process -> process.watch().isEmpty())) {
            root.ignore("watcher", "no process has \"watch\"");
        }
        if (readers.isEmpty() && root.problems().isEmpty()) {
            root.problem("there is nothing to run: \"processes\" is missing or empty");
        }
        checkWorkerNames(processes, entries);
        root.end();
        return new FileSpec(file, name, List.copyOf(processes), control, watcher, defaults.logger(),
                root.problems().ignored());
    }

    /** Reads what Pup has for its HTTP interface. */
    private static void api(ObjectReader root) {
        root.object("api").ifPresent(api -> {
            api.ignore("port", "the primary is controlled over a Unix socket");
            api.ignore("revoked", "there are no tokens to revoke");
            api.text("hostname").filter(host -> !List.of("127.0.0.1", "localhost", "::1").contains(host)).ifPresent(
                    host -> api.problem("hostname",
                            "\"" + host + "\" is not this machine alone: every program that reaches the"
                                    + " interface can run programs; remove it and use ssh"));
            api.end();
        });
    }

    /** Reads PM2's {@code apps}, a list or a single object. */
    private static List<ProcessReader> apps(ObjectReader root, Optional<String> variant, FileDefaults defaults) {
        root.ignore("deploy", "copies files to other hosts, which is not done here");
        List<ObjectReader> apps = root.any("apps").filter(ListNode.class::isInstance).isPresent()
                ? root.objects("apps")
                : root.object("apps").map(List::of).orElse(List.of());
        variant.filter(name -> apps.stream().noneMatch(app -> app.has("env_" + name))).ifPresent(
                name -> root.problem("apps", "--env " + name + ": no app has \"env_" + name + "\""));
        return apps.stream().map(app -> new AppTranslator(app, variant).translate(defaults)).toList();
    }

    /** Workers of "web" are called web-1, web-2 and so on, so no process can be called so. */
    private static void checkWorkerNames(List<ProcessSpec> processes, Map<String, ObjectReader> entries) {
        for (ProcessSpec process : processes) {
            String id = process.id().toLowerCase(Locale.ROOT);
            int dash = id.lastIndexOf('-');
            ObjectReader entry = entries.get(id);
            if (entry != null && dash > 0 && id.substring(dash + 1).matches("[0-9]+")
                    && entries.containsKey(id.substring(0, dash))) {
                entry.problem("id", "\"" + process.id() + "\" is also the name of worker "
                        + id.substring(dash + 1) + " of \"" + process.id().substring(0, dash) + "\"");
            }
        }
    }

    private static String folderName(Path directory) {
        String folder = directory.getFileName() == null ? "" : directory.getFileName().toString();
        String plain = folder.replaceAll("[^A-Za-z0-9@._-]", "-");
        plain = plain.substring(0, Math.min(64, plain.length()));
        return plain.matches("\\.*") ? "musher" : plain;
    }
}
