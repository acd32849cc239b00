package io.musher.balancer;

import java.io.IOException;

/** An HTTP/1.1 keep-alive server that answers with its name; {@code /chunked} is answered in chunks. */
record HttpTarget(String name) implements ScriptedTarget.Script {

    @Override
    public void serve(Peer client) throws IOException {
        for (HttpMessages.Message request; (request = HttpMessages.read(client.in(), false)) != null;) {
            client.send(answer(request));
        }
    }

    private String answer(HttpMessages.Message request) {
        String[] words = request.startLine().split(" ");
        String body = request.body().length == 0 ? name : name + ":" + request.text();
        if (words[0].equals("HEAD")) {
            return "HTTP/1.1 200 OK\r\nX-Name: " + name + "\r\nContent-Length: 1000000\r\n\r\n";
        }
        if (words[1].equals("/chunked")) {
            return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + HttpMessages.chunk(body.substring(0, 1))
                    + (body.length() > 1 ? HttpMessages.chunk(body.substring(1)) : "") + HttpMessages.chunk("");
        }
        return HttpMessages.ok(body);
    }
}
