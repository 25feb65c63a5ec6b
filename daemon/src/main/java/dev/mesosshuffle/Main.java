package dev.mesosshuffle;

/** The command line. */
public final class Main {
    private Main() {}

    /**
     * Runs the daemon.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.out.println(args.length);
    }
}
