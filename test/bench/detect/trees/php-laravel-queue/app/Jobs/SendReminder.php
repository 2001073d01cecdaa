<?php
namespace App\Jobs;
use Illuminate\Contracts\Queue\ShouldQueue;
class SendReminder implements ShouldQueue { public function handle(): void {} }
