<?php
final class Version20250101000000 {}
