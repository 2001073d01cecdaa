<?php
require 'config.php';
