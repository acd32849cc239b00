package io.musher.ops.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramNameTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            java -jar /srv/shop-1.jar --port 1              | shop-1
            /usr/bin/java -Xmx1g -cp a:b -jar shop.jar      | shop
            java.exe -jar shop.jar                          | shop
            java -cp a:b shop.web.Main x                    | Main
            java @flags --add-opens a/b=c shop.Outer$Main   | Main
            java -p mods -m shop.mod/shop.web.Main          | Main
            java Hello.java                                 | Hello
            java -version                                   | java
            java -jar                                       | java
            node app.js                                     | app
            node -r dotenv/config --inspect ./bin/www       | www
            deno run --allow-net server.ts                  | server
            node -e 1                                       | node
            python3 app.py                                  | app
            python3.11 -m http.server 80                    | server
            sh -c true                                      | sh
            ./serve.sh                                      | serve.sh
            redis-server --port 1                           | redis-server
            /opt/Größe+1                                    | Gr--e-1
            ..                                              | program
            """)
    void shouldNameWhatRuns(String words, String name) {
        assertEquals(name, ProgramName.of(List.of(words.split(" "))));
    }
}
