<?php
namespace App\Console;
use Illuminate\Foundation\Console\Kernel as ConsoleKernel;
class Kernel extends ConsoleKernel { protected function schedule($schedule): void { /* $schedule->command('inspire')->hourly(); */ } }
