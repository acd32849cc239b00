package io.musher.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * A step of the build, between compiler and jar: replaces each lambda expression and method reference in compiled
 * classes by a class, as if the source had a nested class there.
 *
 * <p>A JVM makes such a class itself, when the expression is evaluated first: for the some 350 of them between a
 * program's start and its ready workers that takes a fifth of the primary's CPU time. So sources can use lambdas
 * freely, and a start does not pay for them.
 *
 * <p>Run as a program, with the folder of the classes, which stays as it is, and the folder for the jar, which is made
 * anew. Serializable lambdas and those with several interfaces remain.
 */
public final class LambdasToClasses {

    private static final int API = Opcodes.ASM9;
    private static final String INFIX = "$$Lambda";

    private final Path from;
    private final Path to;
    /** Made classes, by the host of their nest. */
    private final Map<String, List<String>> made = new HashMap<>();

    private LambdasToClasses(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    /** Copies the folder {@code args[0]} to {@code args[1]}, without its lambdas. */
    public static void main(String[] args) throws IOException {
        new LambdasToClasses(Path.of(args[0]), Path.of(args[1])).copy();
    }

    private void copy() throws IOException {
        if (Files.exists(to)) {
            for (Path each : files(to)) {
                Files.delete(each);
            }
        }
        for (Path each : files(from)) {
            Path copy = to.resolve(from.relativize(each).toString());
            Files.createDirectories(copy.getParent());
            if (each.toString().endsWith(".class")) {
                copyClass(each, copy);
            } else {
                Files.copy(each, copy);
            }
        }
        for (Map.Entry<String, List<String>> nest : made.entrySet()) {
            addToNest(to.resolve(nest.getKey() + ".class"), nest.getValue());
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList(); // the same jar everywhere
        }
    }

    private void copyClass(Path file, Path copy) throws IOException {
        ClassWriter writer = new ClassWriter(0);
        Rewriter rewriter = new Rewriter(writer);
        byte[] bytes = Files.readAllBytes(file);
        new ClassReader(bytes).accept(rewriter, 0);
        Files.write(copy, rewriter.lambdas.isEmpty() ? bytes : writer.toByteArray());
        for (Lambda each : rewriter.lambdas) {
            Files.write(to.resolve(each.name + ".class"), each.toBytes());
            made.computeIfAbsent(rewriter.nest, host -> new ArrayList<>()).add(each.name);
        }
    }

    /** Gives the made classes access to the private methods that the compiler has put the bodies into. */
    private static void addToNest(Path host, List<String> members) throws IOException {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(Files.readAllBytes(host)).accept(new ClassVisitor(API, writer) {
            @Override
            public void visitEnd() {
                members.forEach(this::visitNestMember);
                super.visitEnd();
            }
        }, 0);
        Files.write(host, writer.toByteArray());
    }

    /** Copies a class, but for its lambdas. */
    private static final class Rewriter extends ClassVisitor {

        final List<Lambda> lambdas = new ArrayList<>();
        String nest = "";
        private String name = "";
        private String source = "";
        private int version;

        Rewriter(ClassVisitor to) {
            super(API, to);
        }

        @Override
        public void visit(int classVersion, int access, String className, String signature, String superName,
                String[] interfaces) {
            version = classVersion;
            name = className;
            nest = className;
            super.visit(classVersion, access, className, signature, superName, interfaces);
        }

        @Override
        public void visitSource(String file, String debug) {
            source = file;
            super.visitSource(file, debug);
        }

        @Override
        public void visitNestHost(String host) {
            nest = host;
            super.visitNestHost(host);
        }

        @Override
        public MethodVisitor visitMethod(int access, String method, String descriptor, String signature,
                String[] exceptions) {
            return new MethodVisitor(API, super.visitMethod(access, method, descriptor, signature, exceptions)) {

                private int line;

                @Override
                public void visitLineNumber(int number, Label start) {
                    line = number;
                    super.visitLineNumber(number, start);
                }

                @Override
                public void visitInvokeDynamicInsn(String implemented, String site, Handle bootstrap, Object... args) {
                    if (!bootstrap.getOwner().equals("java/lang/invoke/LambdaMetafactory")
                            || !bootstrap.getName().equals("metafactory")) {
                        super.visitInvokeDynamicInsn(implemented, site, bootstrap, args);
                        return;
                    }
                    Lambda lambda = new Lambda(version, nest, name + INFIX + (lambdas.size() + 1), source, line,
                            implemented, site, (Type) args[0], (Handle) args[1], (Type) args[2]);
                    lambdas.add(lambda);
                    lambda.writeAccess(mv);
                }
            };
        }
    }

    /**
     * One lambda, and the class for it.
     *
     * @param line where it is in the source file
     * @param method the only method of its interface
     * @param site takes what it captures, returns the interface
     * @param erased the method's descriptor
     * @param body what it calls
     * @param known the method's types as the compiler knows them
     */
    private record Lambda(int version, String nest, String name, String source, int line, String method, String site,
            Type erased, Handle body, Type known) {

        /** Replaces the lambda where it was. */
        void writeAccess(MethodVisitor to) {
            if (captured().length == 0) {
                to.visitFieldInsn(Opcodes.GETSTATIC, name, "INSTANCE", type().getDescriptor());
            } else {
                to.visitMethodInsn(Opcodes.INVOKESTATIC, name, "of", site, false);
            }
        }

        private Type[] captured() {
            return Type.getArgumentTypes(site);
        }

        private Type type() {
            return Type.getReturnType(site);
        }

        private String constructor() {
            return Type.getMethodDescriptor(Type.VOID_TYPE, captured());
        }

        byte[] toBytes() {
            ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
            writer.visit(version, Opcodes.ACC_FINAL | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC, name, null,
                    "java/lang/Object", new String[]{type().getInternalName()});
            writer.visitSource(source, null);
            writer.visitNestHost(nest);
            writeConstructor(writer);
            if (captured().length == 0) {
                writer.visitField(Opcodes.ACC_STATIC | Opcodes.ACC_FINAL, "INSTANCE", type().getDescriptor(), null,
                        null);
                MethodVisitor to = begin(writer, Opcodes.ACC_STATIC, "<clinit>", "()V");
                writeNew(to);
                to.visitFieldInsn(Opcodes.PUTSTATIC, name, "INSTANCE", type().getDescriptor());
                end(to, Opcodes.RETURN);
            } else {
                MethodVisitor to = begin(writer, Opcodes.ACC_STATIC, "of", site);
                writeNew(to);
                end(to, Opcodes.ARETURN);
            }
            writeMethod(begin(writer, Opcodes.ACC_PUBLIC, method, erased.getDescriptor()));
            writer.visitEnd();
            return writer.toByteArray();
        }

        private void writeConstructor(ClassWriter writer) {
            MethodVisitor to = begin(writer, Opcodes.ACC_PRIVATE, "<init>", constructor());
            to.visitVarInsn(Opcodes.ALOAD, 0);
            to.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
            int slot = 1;
            for (int i = 0; i < captured().length; i++) {
                Type each = captured()[i];
                writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL, "captured" + i, each.getDescriptor(), null,
                        null);
                to.visitVarInsn(Opcodes.ALOAD, 0);
                to.visitVarInsn(each.getOpcode(Opcodes.ILOAD), slot);
                to.visitFieldInsn(Opcodes.PUTFIELD, name, "captured" + i, each.getDescriptor());
                slot += each.getSize();
            }
            end(to, Opcodes.RETURN);
        }

        private void writeNew(MethodVisitor to) {
            to.visitTypeInsn(Opcodes.NEW, name);
            to.visitInsn(Opcodes.DUP);
            int slot = 0;
            for (Type each : captured()) {
                to.visitVarInsn(each.getOpcode(Opcodes.ILOAD), slot);
                slot += each.getSize();
            }
            to.visitMethodInsn(Opcodes.INVOKESPECIAL, name, "<init>", constructor(), false);
        }

        private void writeMethod(MethodVisitor to) {
            boolean creates = body.getTag() == Opcodes.H_NEWINVOKESPECIAL;
            List<Type> wanted = new ArrayList<>();
            if (creates) {
                to.visitTypeInsn(Opcodes.NEW, body.getOwner());
                to.visitInsn(Opcodes.DUP);
            } else if (body.getTag() != Opcodes.H_INVOKESTATIC) {
                wanted.add(Type.getObjectType(body.getOwner()));
            }
            wanted.addAll(List.of(Type.getArgumentTypes(body.getDesc())));
            int argument = 0;
            for (int i = 0; i < captured().length; i++) {
                Type each = captured()[i];
                to.visitVarInsn(Opcodes.ALOAD, 0);
                to.visitFieldInsn(Opcodes.GETFIELD, name, "captured" + i, each.getDescriptor());
                Conversion.write(to, each, each, wanted.get(argument++));
            }
            int slot = 1;
            for (int i = 0; i < erased.getArgumentTypes().length; i++) {
                Type each = erased.getArgumentTypes()[i];
                to.visitVarInsn(each.getOpcode(Opcodes.ILOAD), slot);
                slot += each.getSize();
                Conversion.write(to, each, known.getArgumentTypes()[i], wanted.get(argument++));
            }
            Type result = creates ? Type.getObjectType(body.getOwner()) : Type.getReturnType(body.getDesc());
            to.visitMethodInsn(opcode(), body.getOwner(), body.getName(), body.getDesc(), body.isInterface());
            if (erased.getReturnType().getSort() != Type.VOID) {
                Conversion.write(to, result, result, erased.getReturnType());
            } // else what is left on the stack goes with the frame
            end(to, erased.getReturnType().getOpcode(Opcodes.IRETURN));
        }

        private int opcode() {
            return switch (body.getTag()) {
                case Opcodes.H_INVOKESTATIC -> Opcodes.INVOKESTATIC;
                case Opcodes.H_NEWINVOKESPECIAL -> Opcodes.INVOKESPECIAL;
                default -> body.isInterface() ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL;
            };
        }

        /** Stack traces show the line of the lambda. */
        private MethodVisitor begin(ClassWriter writer, int access, String what, String descriptor) {
            MethodVisitor to = writer.visitMethod(access, what, descriptor, null, null);
            to.visitCode();
            Label start = new Label();
            to.visitLabel(start);
            to.visitLineNumber(line, start);
            return to;
        }

        private static void end(MethodVisitor to, int opcode) {
            to.visitInsn(opcode);
            to.visitMaxs(0, 0);
            to.visitEnd();
        }
    }

    /** Converts the value on the stack: boxes, unboxes, widens, casts. */
    private static final class Conversion {

        private static final Map<String, Type> PRIMITIVES = Map.of("java/lang/Boolean", Type.BOOLEAN_TYPE,
                "java/lang/Character", Type.CHAR_TYPE, "java/lang/Byte", Type.BYTE_TYPE, "java/lang/Short",
                Type.SHORT_TYPE, "java/lang/Integer", Type.INT_TYPE, "java/lang/Long", Type.LONG_TYPE,
                "java/lang/Float", Type.FLOAT_TYPE, "java/lang/Double", Type.DOUBLE_TYPE);

        private Conversion() {}

        /** Converts a value of type {@code from}, which the compiler knows to be {@code known}. */
        static void write(MethodVisitor to, Type from, Type known, Type wanted) {
            if (isPrimitive(wanted)) {
                Type boxed = PRIMITIVES.get(known.getInternalName());
                if (isPrimitive(from)) {
                    widen(to, from, wanted);
                } else if (boxed != null) {
                    unbox(to, box(boxed), boxed);
                    widen(to, boxed, wanted);
                } else { // as the JVM does
                    boolean number = wanted.getSort() > Type.CHAR;
                    unbox(to, number ? "java/lang/Number" : box(wanted), wanted);
                }
            } else if (isPrimitive(from)) {
                String box = box(from);
                to.visitMethodInsn(Opcodes.INVOKESTATIC, box, "valueOf",
                        Type.getMethodDescriptor(Type.getObjectType(box), from), false);
            } else if (!from.equals(wanted) && !wanted.getInternalName().equals("java/lang/Object")) {
                to.visitTypeInsn(Opcodes.CHECKCAST, wanted.getInternalName());
            }
        }

        private static void unbox(MethodVisitor to, String box, Type primitive) {
            to.visitTypeInsn(Opcodes.CHECKCAST, box);
            to.visitMethodInsn(Opcodes.INVOKEVIRTUAL, box, primitive.getClassName() + "Value",
                    Type.getMethodDescriptor(primitive), false);
        }

        private static boolean isPrimitive(Type type) {
            return type.getSort() < Type.ARRAY;
        }

        private static String box(Type primitive) {
            for (Map.Entry<String, Type> each : PRIMITIVES.entrySet()) {
                if (each.getValue().equals(primitive)) {
                    return each.getKey();
                }
            }
            throw new IllegalArgumentException("no box for " + primitive);
        }

        private static void widen(MethodVisitor to, Type from, Type wanted) {
            if (from.equals(wanted) || from.getSort() <= Type.INT && wanted.getSort() == Type.INT) {
                return;
            }
            int opcode = switch (kind(from) + kind(wanted)) {
                case "IJ" -> Opcodes.I2L;
                case "IF" -> Opcodes.I2F;
                case "ID" -> Opcodes.I2D;
                case "JF" -> Opcodes.L2F;
                case "JD" -> Opcodes.L2D;
                case "FD" -> Opcodes.F2D;
                case "II" -> Opcodes.NOP; // byte to short
                default -> throw new IllegalArgumentException("no widening from " + from + " to " + wanted);
            };
            if (opcode != Opcodes.NOP) {
                to.visitInsn(opcode);
            }
        }

        private static String kind(Type primitive) {
            return primitive.getSort() <= Type.INT ? "I" : primitive.getDescriptor();
        }
    }
}
