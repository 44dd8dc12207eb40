package chatd.daemon;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Handles SIGHUP, the conventional signal to reload the configuration; by default it terminates a JVM. */
final class SighupHandler {
    private SighupHandler() {}

    /**
     * Installs a handler that runs on a JVM thread at each SIGHUP.
     *
     * @param handler must not throw
     */
    static void handle(Runnable handler) {
        try {
            // By reflection: the compiler rejects this class, although every JDK has it (module jdk.unsupported).
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            MethodHandle run = MethodHandles.publicLookup()
                    .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(handler);
            Object proxy =
                    MethodHandleProxies.asInterfaceInstance(handlers, MethodHandles.dropArguments(run, 0, signal));
            signal.getMethod("handle", signal, handlers)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java knows no signals", e);
        }
    }
}
