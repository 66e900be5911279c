package netkeep.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/// Has the JVM's `DatagramSocket` stand on the system-wide provider. The JDK asks its own for a channel that no
/// interrupt closes; that method becomes
///
/// ```java
/// return SelectorProvider.provider().openDatagramChannel(null);
/// ```
///
/// The JDK's factory for such sockets would do without, but has them wait for each other: while one receives no other
/// method of it returns.
final class DatagramHook implements ClassFileTransformer {
    private static final String OWNER = "sun/nio/ch/SelectorProviderImpl";
    private static final String METHOD = "openUninterruptibleDatagramChannel";

    private volatile boolean done;

    private DatagramHook() {}

    /// @throws IllegalStateException if this JVM has no such method
    static void put(Instrumentation instrumentation) throws Exception {
        DatagramHook hook = new DatagramHook();
        instrumentation.addTransformer(hook, true);
        try {
            instrumentation.retransformClasses(Class.forName(OWNER.replace('/', '.')));
        } finally {
            instrumentation.removeTransformer(hook);
        }
        if (!hook.done) {
            throw new IllegalStateException("netkeep does not know how this JVM makes sockets of datagrams");
        }
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            @Nullable String name,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] octets) {
        if (!OWNER.equals(name)) {
            return null;
        }
        MethodTransform replaced = (method, element) -> {
            if (!(element instanceof CodeModel)) {
                method.with(element);
                return;
            }
            ClassDesc provider = SelectorProvider.class.describeConstable().orElseThrow();
            ClassDesc channel = DatagramChannel.class.describeConstable().orElseThrow();
            ClassDesc family = ProtocolFamily.class.describeConstable().orElseThrow();
            method.withCode(code -> code.invokestatic(provider, "provider", MethodTypeDesc.of(provider))
                    .aconst_null()
                    .invokevirtual(provider, "openDatagramChannel", MethodTypeDesc.of(channel, family))
                    .areturn());
            done = true;
        };
        ClassFile file = ClassFile.of();
        return file.transformClass(
                file.parse(octets),
                ClassTransform.transformingMethods(method -> method.methodName().equalsString(METHOD), replaced));
    }
}
