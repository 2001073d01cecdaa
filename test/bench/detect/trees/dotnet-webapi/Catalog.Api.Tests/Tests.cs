public class Tests {}
