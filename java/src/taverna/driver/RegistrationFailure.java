package taverna.driver;

/** A value that a script made and that cannot become a value of the workflow. */
final class RegistrationFailure extends Exception {
    private static final long serialVersionUID = 1;

    RegistrationFailure(String message) {
        super(message);
    }
}
