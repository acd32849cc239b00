package io.musher.ops.internal.cli;

import io.musher.ops.internal.control.Home;
import io.musher.ops.internal.control.PrimaryLock;
import io.musher.ops.internal.control.PrimaryLock.Holder;
import io.musher.ops.internal.file.FileProblems;
import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.file.MusherFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the primary that a command is for. Primaries that were killed are among those it finds. */
final class PrimaryFinder {

    private final Home home;
    private final Path directory;

    PrimaryFinder(Home home, Path directory) {
        this.home = home;
        this.directory = directory;
    }

    /** {@return the folder of the primary with this name} */
    Path folder(String name) {
        return home.folder(name);
    }

    /** {@return the config file that the arguments name, or the one of this folder; empty without one} */
    Optional<Path> file(Arguments arguments) {
        if (arguments.file.isPresent()) {
            return Optional.of(directory.resolve(arguments.file.get()).normalize());
        }
        return arguments.name.isPresent() ? Optional.empty() : MusherFile.find(directory);
    }

    /**
     * Finds the one primary.
     *
     * @throws CommandFailure if there is none, or more than one
     */
    Holder one(Arguments arguments) throws CommandFailure {
        List<Holder> found = all(arguments);
        if (found.size() == 1) {
            return found.get(0);
        }
        if (found.isEmpty()) {
            throw notRunning(arguments);
        }
        throw several(found);
    }

    static CommandFailure several(List<Holder> found) {
        return new CommandFailure(CommandLine.MISUSED, "several primaries run: name one by --name: " + names(found));
    }

    private static String names(List<Holder> holders) {
        return holders.stream().map(Holder::name).sorted().collect(Collectors.joining(", "));
    }

    /** {@return the failure of a command that finds no primary; says which one is missing, and which ones run} */
    CommandFailure notRunning(Arguments arguments) throws CommandFailure {
        Optional<Path> file = file(arguments);
        String which = arguments.name.map(name -> " as \"" + name + "\"")
                .or(() -> file.map(path -> " for " + path + defect(path))).orElse("");
        List<String> others = running();
        return new CommandFailure(CommandLine.NOT_RUNNING, "no primary runs" + which + "; "
                + (others.isEmpty() ? "" : "there are " + String.join(", ", others) + ", by --name; ")
                + "musher start starts one" + lastLog(arguments, file));
    }

    /** {@return how to see why the last primary has ended; empty if none is known} */
    private String lastLog(Arguments arguments, Optional<Path> file) {
        return arguments.name.or(() -> file.flatMap(PrimaryFinder::name))
                .filter(name -> Files.exists(PrimaryOutput.file(home.folder(name))))
                .map(name -> "; musher logs --primary --name " + name + " prints what the last one logged").orElse("");
    }

    private static Optional<String> name(Path file) {
        try {
            return Optional.of(MusherFile.read(file, Optional.empty()).name());
        } catch (FileProblems e) {
            return Optional.empty();
        }
    }

    /** {@return what is wrong with a config file, to follow its name; empty if it is right} */
    private static String defect(Path file) {
        if (!Files.exists(file)) {
            return ", and there is no such file";
        }
        try {
            MusherFile.read(file, Optional.empty());
            return "";
        } catch (FileProblems e) {
            return ", which has errors: musher check lists them";
        }
    }

    /** {@return the names of this user's primaries whose processes live} */
    List<String> running() throws CommandFailure {
        return holders().stream().filter(holder -> ProcessHandle.of(holder.pid()).isPresent())
                .map(Holder::name).sorted().toList();
    }

    /**
     * {@return the primaries that the arguments select: by name, by file, or all of this user; of several only those
     * that have the processes and workers that the arguments name}
     */
    List<Holder> all(Arguments arguments) throws CommandFailure {
        List<Holder> selected = selected(arguments);
        return selected.size() < 2 || arguments.ids.isEmpty() ? selected : having(arguments, selected);
    }

    private static List<Holder> having(Arguments arguments, List<Holder> holders) throws CommandFailure {
        List<Holder> having = new ArrayList<>();
        List<Holder> others = new ArrayList<>();
        for (Holder holder : holders) {
            try {
                ClientCommands.status(holder, arguments.ids, arguments.timeoutSeconds);
                having.add(holder);
            } catch (CommandFailure e) {
                if (e.exitCode() == CommandLine.UNKNOWN_ID) {
                    others.add(holder);
                } else if (e.exitCode() != CommandLine.NOT_RUNNING) {
                    throw e;
                }
            }
        }
        if (having.isEmpty() && !others.isEmpty()) {
            throw new CommandFailure(CommandLine.UNKNOWN_ID, (arguments.ids.size() == 1
                    ? "no running primary has " + arguments.ids.get(0)
                    : "no running primary has all of " + String.join(", ", arguments.ids)
                            + ", and a command is for one primary")
                    + "; there are " + names(others) + ": musher ls lists their processes and workers");
        }
        return having.isEmpty() ? holders : having;
    }

    private List<Holder> selected(Arguments arguments) throws CommandFailure {
        if (arguments.name.isPresent() && arguments.file.isEmpty()) {
            return read(home.folder(arguments.name.get())).stream().toList();
        }
        List<Holder> holders = holders();
        Optional<Path> file = file(arguments);
        if (file.isEmpty()) {
            return holders;
        }
        List<Holder> ofFile = new ArrayList<>();
        for (Holder holder : holders) {
            if (holder.config().equals(file.get().toString())
                    && (arguments.name.isEmpty() || arguments.name.get().equals(holder.name()))) {
                ofFile.add(holder);
            }
        }
        return ofFile.isEmpty() && Files.exists(file.get()) ? named(file.get(), holders) : ofFile;
    }

    /** Looks where the file says: another user's primary has its socket there. */
    private static List<Holder> named(Path file, List<Holder> holders) {
        FileSpec spec;
        try {
            spec = MusherFile.read(file, Optional.empty());
        } catch (FileProblems e) {
            return List.of(); // an edit that went wrong does not hide the primaries that run
        }
        Optional<Path> socket = spec.control().socket();
        if (socket.isPresent()) {
            return List.of(new Holder(spec.name(), 0, file.toString(), socket.get().toString()));
        }
        return holders.stream().filter(holder -> holder.name().equals(spec.name()) && holder.config().isEmpty())
                .toList();
    }

    private List<Holder> holders() throws CommandFailure {
        List<Holder> holders = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(home.root())) {
            for (Path folder : folders) {
                Optional<Holder> holder = read(folder);
                if (holder.isPresent()) {
                    holders.add(holder.get());
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            throw failure(home.root(), e);
        }
        holders.sort(Comparator.comparing(Holder::name));
        return holders;
    }

    private static Optional<Holder> read(Path folder) throws CommandFailure {
        try {
            return PrimaryLock.read(folder);
        } catch (IOException e) {
            throw failure(folder, e);
        }
    }

    private static CommandFailure failure(Path folder, Exception failure) {
        return failure instanceof AccessDeniedException
                ? new CommandFailure(CommandLine.NOT_PERMITTED, "you may not read " + folder
                        + ": its user and root may; try sudo -u USER")
                : new CommandFailure(CommandLine.FAILED, folder + " cannot be read: " + failure);
    }
}
