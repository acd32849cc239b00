package io.musher.ops.internal.file;

import io.musher.ops.internal.control.Home;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How clients reach the primary.
 *
 * @param socket the path of the control socket; empty for the one in Musher's home
 * @param group a group whose users may control the primary, too; empty for its own user and root only
 */
public record ControlSpec(Optional<Path> socket, Optional<String> group) {

    static final ControlSpec DEFAULT = new ControlSpec(Optional.empty(), Optional.empty());

    static ControlSpec read(ObjectReader from, Path directory) {
        Optional<Path> socket = from.text("socket", text -> Paths.resolve(directory, text));
        socket.flatMap(Home::lengthProblem).ifPresent(problem -> from.problem("socket", problem));
        Optional<String> group = from.text("group");
        if (group.isPresent() && socket.isEmpty()) {
            from.problem("group", "users of the group cannot enter the home folder of this one: name a \"socket\" in"
                    + " another folder, such as \"/run/shop/control.sock\"");
        }
        from.end();
        return new ControlSpec(socket, group);
    }
}
