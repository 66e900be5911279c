import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Lifts the class files of a jar to Java 8's format, with the stack maps that format wants.
///
/// picocli's are of Java 5's. The JVM verifies such a class by the old way, which takes 0.2 s for all of them, and
/// keeps none in its AOT cache. Run by `./netkeep` after the build: `java .ci/Renew.java dist/lib/picocli.jar`.
final class Renew {
    private static final int JAVA_8 = 52;

    private final ZipFile old;
    private final ClassFile classFile;

    private Renew(ZipFile old) {
        this.old = old;
        // Stack maps name common superclasses: those of the jar are read from it.
        ClassHierarchyResolver own = ClassHierarchyResolver.ofResourceParsing(type -> {
            String descriptor = type.descriptorString();
            ZipEntry entry = old.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
            return entry == null ? null : open(entry);
        });
        classFile = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(
                        own.orElse(ClassHierarchyResolver.defaultResolver()).cached()));
    }

    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        Path fresh = jar.resolveSibling(jar.getFileName() + ".new");
        try (ZipFile old = new ZipFile(jar.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(fresh))) {
            new Renew(old).copyTo(out);
        }
        Files.move(fresh, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private void copyTo(ZipOutputStream out) throws IOException {
        for (ZipEntry entry : old.stream().toList()) {
            byte[] content;
            try (InputStream in = open(entry)) {
                content = in.readAllBytes();
            }
            // One time for all, so that the same jar comes out whenever it is made.
            ZipEntry copy = new ZipEntry(entry.getName());
            copy.setTime(entry.getTime());
            out.putNextEntry(copy);
            out.write(entry.getName().endsWith(".class") ? renewed(content) : content);
            out.closeEntry();
        }
    }

    private byte[] renewed(byte[] content) {
        ClassModel model = classFile.parse(content);
        if (model.majorVersion() >= JAVA_8) {
            return content;
        }
        // Method bodies are taken apart and put together again: that makes their stack maps.
        ClassTransform bodies = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        ClassTransform version = ClassTransform.dropping(ClassFileVersion.class::isInstance)
                .andThen(ClassTransform.endHandler(builder -> builder.withVersion(JAVA_8, 0)));
        return classFile.transformClass(model, bodies.andThen(version));
    }

    private InputStream open(ZipEntry entry) {
        try {
            return old.getInputStream(entry);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
