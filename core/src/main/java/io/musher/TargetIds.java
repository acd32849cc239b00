package io.musher;

/**
 * The ids of workers in the balancer: the name of the worker, which all workers of an instance share; for one that
 * serves beside its predecessor, followed by {@code #} and the worker's id.
 */
final class TargetIds {

    private TargetIds() {}

    /** {@return the id of a worker whose predecessor has the worker's name} */
    static String beside(Worker worker) {
        return worker.name() + "#" + worker.id();
    }

    /** {@return the worker's name in an id; a name ends with the number of its instance, after a hyphen} */
    static String name(String targetId) {
        int end = targetId.length();
        while (end > 0 && Character.isDigit(targetId.charAt(end - 1))) {
            end--;
        }
        return end > 0 && end < targetId.length() && targetId.charAt(end - 1) == '#' ? targetId.substring(0, end - 1)
                : targetId;
    }
}
