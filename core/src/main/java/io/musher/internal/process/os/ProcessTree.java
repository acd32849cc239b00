package io.musher.internal.process.os;

import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the descendants of a worker process. If the worker leads a session, these are the processes in its session and
 * process group and, if the worker has a mark, all processes that carry this mark in their environment, which includes
 * daemons in other sessions. Otherwise these are the descendants known to the JDK, which can be found only while the
 * worker itself is alive.
 */
public final class ProcessTree {

    private final ProcessHandle leader;
    private final boolean session;
    private final @Nullable String mark;

    /**
     * Creates a view of the processes; it is evaluated by {@link #members}.
     *
     * @param session whether the leader leads a session
     * @param mark an environment variable with its value, or null
     */
    public ProcessTree(ProcessHandle leader, boolean session, @Nullable String mark) {
        this.leader = leader;
        this.session = session;
        this.mark = mark;
    }

    public boolean hasSession() {
        return session;
    }

    /** {@return the processes that are alive, without the leader; may block} */
    public List<ProcessHandle> members() {
        if (!session) {
            return leader.descendants().toList();
        }
        List<ProcessHandle> members = new ArrayList<>();
        for (long pid : ProcessTable.pids()) {
            if (isMember(pid)) {
                // A handle contains the start time of its process. The second check proves that the pid was not reused.
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
