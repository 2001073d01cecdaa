<?php
return ['use' => 'default', 'environments' => ['production' => ['supervisor-1' => ['maxProcesses' => 10]]]];
