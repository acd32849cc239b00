package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorLogTest {

    /** As much of slf4j 1.7 as the logs use; it has no SLF4JServiceProvider. */
    private static final Map<String, String> SLF4J_1 = Map.of("org/slf4j/ILoggerFactory.java",
            "package org.slf4j; public interface ILoggerFactory {}", "org/slf4j/Logger.java",
            "package org.slf4j; public interface Logger { void warn(String message, Object... arguments); }",
            "org/slf4j/helpers/NOPLoggerFactory.java",
            "package org.slf4j.helpers; public class NOPLoggerFactory implements org.slf4j.ILoggerFactory {}",
            "org/slf4j/LoggerFactory.java",
            "package org.slf4j; public class LoggerFactory {"
                    + " public static ILoggerFactory getILoggerFactory() {"
                    + " return new org.slf4j.helpers.NOPLoggerFactory(); }"
                    + " public static Logger getLogger(String name) { return (message, arguments) -> {}; } }");
    private static final String BINDER = "package org.slf4j.impl; public class StaticLoggerBinder {}";

    @TempDir
    Path folder;

    /** Finds our own classes and slf4j in the test's folder only. */
    private Class<?> operatorLog(Optional<String> binder) throws Exception {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        List<String> arguments = new ArrayList<>(List.of("-d", classes.toString()));
        for (Map.Entry<String, String> file : SLF4J_1.entrySet()) {
            arguments.add(source(file.getKey(), file.getValue()));
        }
        if (binder.isPresent()) {
            arguments.add(source("org/slf4j/impl/StaticLoggerBinder.java", binder.get()));
        }
        assertEquals(0,
                ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
        URL own = OperatorLog.class.getProtectionDomain().getCodeSource().getLocation();
        return Class.forName(OperatorLog.class.getName(), true,
                new URLClassLoader(new URL[]{classes.toUri().toURL(), own}, ClassLoader.getPlatformClassLoader()));
    }

    private String source(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text).toString();
    }

    private static Object hasProvider(Class<?> operatorLog) throws ReflectiveOperationException {
        return operatorLog.getMethod("hasProvider").invoke(null);
    }

    @Test
    void shouldPrintWithoutABindingOfAnOlderSlf4j() throws Exception {
        Class<?> operatorLog = operatorLog(Optional.empty());
        assertEquals(false, hasProvider(operatorLog));
        Object log = operatorLog.getConstructor(String.class).newInstance("test");
        operatorLog.getMethod("warn", String.class, Object[].class).invoke(log, "test: nothing is {}",
                new Object[]{"wrong"});
    }

    @Test
    void shouldLogThroughABindingOfAnOlderSlf4jEvenASilentOne() throws Exception {
        assertEquals(true, hasProvider(operatorLog(Optional.of(BINDER))));
    }

    @Test
    void shouldFindTheProviderOfThisSlf4j() {
        assertTrue(OperatorLog.hasProvider());
    }
}
