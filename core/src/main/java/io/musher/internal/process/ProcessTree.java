package io.musher.internal.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A worker's process and everything it has started. Where the worker has a session of its own, that is its session and, for a
 * command, whatever carries the command's mark in its environment, a daemon in a session of its own too; elsewhere its
 * descendants, as long as it lives itself.
 */
final class ProcessTree {

    private final ProcessHandle leader;
    private final boolean session;
    private final String mark;

    /**
     * @param session whether the leader leads a session
     * @param mark a variable with its value, or null
     */
    ProcessTree(ProcessHandle leader, boolean session, String mark) {
        this.leader = leader;
        this.session = session;
        this.mark = mark;
    }

    boolean hasSession() {
        return session;
    }

    /** {@return those alive, without the leader} */
    List<ProcessHandle> members() {
        if (!session) {
            return leader.descendants().toList();
        }
        List<ProcessHandle> members = new ArrayList<>();
        for (long pid : ProcessTable.pids()) {
            if (isMember(pid)) {
                // A handle knows when its process was started. Looked at twice, it cannot be for somebody with the same number.
                Optional<ProcessHandle> handle = ProcessHandle.of(pid);
                if (handle.isPresent() && isMember(pid)) {
                    members.add(handle.get());
                }
            }
        }
        return members;
    }

    private boolean isMember(long pid) {
        if (pid == leader.pid() || pid == ProcessHandle.current().pid()) {
            return false;
        }
        Optional<ProcessTable.Entry> entry = ProcessTable.entry(pid);
        if (entry.isEmpty() || entry.get().state() == 'Z' || entry.get().state() == 'X') {
            return false;
        }
        return entry.get().session() == leader.pid() || entry.get().group() == leader.pid()
                || mark != null && ProcessTable.hasVariable(pid, mark);
    }
}
